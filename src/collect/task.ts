import { setMaxListeners } from "node:events";
import pLimit from "p-limit";
import { DEPTH_AT_MOST, handOver } from "../evidence/handOver.ts";
import type { Item } from "../evidence/item.ts";
import { ACCOUNTS_AT_ONCE } from "../evidence/largestFirst.ts";
import { evidenceKey } from "../evidence/layout.ts";
import { type Begun, type PlannedItem, plannedItems, sha256, TASKS_PER_GROUP } from "../evidence/plan.ts";
import type { TaskOutcome } from "../evidence/taskOutcome.ts";
import { readAccount } from "./account.ts";
import { readAggregator } from "./aggregator.ts";
import { sessionBucket } from "./apiShare.ts";
import { clockNote } from "./awsClock.ts";
import { CALLS_AT_ONCE } from "./connections.ts";
import { EvidenceWriter } from "./evidenceWriter.ts";
import { OutcomeBuilder } from "./outcomeBuilder.ts";
import type { Problem } from "./problem.ts";
import { collectorsFor } from "./resources.ts";
import type { ReadItem, TaskRun } from "./taskRun.ts";

/**
 * Reads the planned items of a task, writes its evidence objects, and answers with what to commit: the outcomes of what
 * was read to its end, and the tasks that go on with the rest. Whatever goes wrong in an account or a region becomes
 * its outcome; only writing evidence can fail the task.
 */
export async function runTask(run: TaskRun): Promise<TaskOutcome> {
  // Every call under way listens to it; the default warns from the eleventh on.
  setMaxListeners(0, run.deadline);
  const writers = new Map<string, EvidenceWriter>();
  const write = (item: Item): Promise<void> => {
    let writer = writers.get(item.resource_type);
    if (!writer) {
      const key = evidenceKey(item.resource_type, run.runId, run.date, run.task.id, run.attempt);
      writer = new EvidenceWriter(run.evidence, key, item.resource_type);
      writers.set(item.resource_type, writer);
    }
    return writer.write(item);
  };
  try {
    const all = await readAll(run, write);
    const wrong = clockNote(run.clock);
    if (wrong) for (const { builder } of all) builder.note(wrong);
    const objects = await Promise.all([...writers.values()].map((writer) => writer.finish()));
    const unfinished = all.flatMap(({ builder, finished }) => {
      const begun = builder.begun();
      return finished ? [] : [{ item: builder.item, builder, ...(begun ? { begun } : {}) }];
    });
    const late = run.now() + WORTH_A_TASK_MS > (run.readUntil ?? Number.POSITIVE_INFINITY);
    const { followUps, ended } = late
      ? { followUps: [], ended: unfinished }
      : handOver(run.task, unfinished, all.length - unfinished.length);
    const [problem, remedy] = late ? [OUT_OF_TIME, OUT_OF_TIME_REMEDY] : [TOO_LARGE, TOO_LARGE_REMEDY];
    for (const { builder } of ended)
      for (const type of openTypes(run, builder))
        builder.problem({ ...problem, error: { ...problem.error, resource_type: type } }, remedy);
    const done = new Set(ended.map(({ builder }) => builder));
    return {
      run_id: run.runId,
      task: run.task.id,
      attempt: run.attempt,
      committed_at: new Date(run.now()).toISOString(),
      outcomes: all.flatMap(({ builder, finished }) => (finished || done.has(builder) ? [builder.outcome()] : [])),
      objects,
      ...(followUps.length ? { follow_ups: followUps } : {}),
    };
  } catch (error) {
    await Promise.allSettled([...writers.values()].map((writer) => writer.abandon()));
    throw error;
  }
}

/** Reads each account, or asks the aggregator about them. */
async function readAll(run: TaskRun, write: (item: Item) => Promise<void>): Promise<ReadItem[]> {
  const builders = buildersOf(run);
  const { aggregator } = run.auditor;
  if (aggregator) return readAggregator(run, aggregator, builders, write);
  const accounts = pLimit(ACCOUNTS_AT_ONCE);
  const { group, id, position } = run.task;
  const tasks = group.of > 1 ? group.of * TASKS_PER_GROUP : group.tasks;
  const offset = position === undefined ? Number.parseInt(sha256(id).slice(0, 8), 16) / 2 ** 32 : position / tasks;
  const sessions = sessionBucket(run.apiShare, tasks, offset, run.now);
  const callLimit = pLimit(CALLS_AT_ONCE);
  const read = [...builders.values()].map((own) => accounts(() => readAccount(run, own, write, sessions, callLimit)));
  return (await Promise.all(read)).flat();
}

/** Types of a planned item whose listings have not come to their end. */
const openTypes = ({ auditor }: TaskRun, builder: OutcomeBuilder): string[] =>
  auditor.services.flatMap((service) =>
    collectorsFor(service, builder.item.region).flatMap(({ type }) => (builder.cursorOf(type) === null ? [] : [type])),
  );

/** With less time than this until the run is to be sealed, nothing more is begun. */
const WORTH_A_TASK_MS = 30_000;

const OUT_OF_TIME: Problem = {
  status: "timed-out",
  error: {
    operation: "HandOver",
    status: "timed-out",
    incomplete: "resources",
    code: "OutOfTime",
    message: "not read to its end by the time that the run is to be sealed",
    times: 1,
  },
};
const OUT_OF_TIME_REMEDY =
  "What was read of it is kept. Give runs more time (sealDeadlineMinutes) or the account higher API limits, and run again for it.";

const TOO_LARGE: Problem = {
  status: "timed-out",
  error: {
    operation: "HandOver",
    status: "timed-out",
    incomplete: "resources",
    code: "TooLarge",
    message: `not read to its end, and it cannot be handed over more than ${DEPTH_AT_MOST} times`,
    times: 1,
  },
};
const TOO_LARGE_REMEDY =
  "What was read of it is kept. Give the function more time or the account higher API limits, and run again for it.";

/** A builder for each planned item of a task, by account; what a task before began goes on. */
function buildersOf({ task, now }: TaskRun): Map<string, OutcomeBuilder[]> {
  const nameOf = ({ account_id, region }: Omit<PlannedItem, "auditor">) => `${account_id} ${region}`;
  const begun = new Map<string, Begun>(task.begun?.map((each) => [nameOf(each.outcome), each]));
  const builders = new Map<string, OutcomeBuilder[]>();
  for (const item of plannedItems(task)) {
    const ofAccount = builders.get(item.account_id) ?? [];
    ofAccount.push(new OutcomeBuilder(item, now, begun.get(nameOf(item))));
    builders.set(item.account_id, ofAccount);
  }
  return builders;
}
