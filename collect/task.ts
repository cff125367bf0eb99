import { setMaxListeners } from "node:events";
import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { S3Client } from "@aws-sdk/client-s3";
import type { STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentity } from "@smithy/types";
import pLimit from "p-limit";
import type { Auditor, ClientClass, SdkClient } from "../auditors/collector.ts";
import { DEPTH_AT_MOST, handOver } from "../evidence/handOver.ts";
import type { Item } from "../evidence/item.ts";
import { evidenceKey } from "../evidence/layout.ts";
import { type Begun, GLOBAL, type PlannedItem, plannedItems, type Task } from "../evidence/plan.ts";
import type { TaskOutcome } from "../evidence/taskOutcome.ts";
import { accountSession, type CrossAccountRole, roleArn } from "./accountSession.ts";
import type { ClientOptions, Waits } from "./clientOptions.ts";
import { before, DeadlineReached } from "./deadline.ts";
import { EvidenceWriter } from "./evidenceWriter.ts";
import { type Problem, problemOf } from "./problem.ts";
import { collectorsFor, readItem } from "./resources.ts";
import { Tally } from "./tally.ts";
import { tellThrottles } from "./throttles.ts";

/** Calls under way in one account at the same time: API limits are shared with the account's own workloads. */
const CALLS_PER_ACCOUNT = 24;
/** Accounts of a task read at the same time. */
const ACCOUNTS_AT_ONCE = 8;

export interface TaskRun {
  runId: string;
  date: string;
  task: Task;
  attempt: string;
  auditor: Auditor;
  role: CrossAccountRole;
  bucket: string;
  s3: S3Client;
  sts: STSClient;
  /** The region of global services' endpoint and of regional STS. */
  homeRegion: string;
  /** Keys the digests of what can be a secret. */
  digestKey: string;
  /** How clients in the member accounts are made. */
  client: (waits: Waits) => ClientOptions;
  /** After it nothing more is read, so that what is there can be committed. */
  deadline: AbortSignal;
  now: () => number;
}

/** Bounded waits, so that an endpoint that never answers costs its own outcome and not the task. */
const WAITS: Waits = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true };
const RETRIES = { retryMode: "adaptive", maxAttempts: 4 } as const;

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
      writer = new EvidenceWriter(run.s3, run.bucket, key, item.resource_type);
      writers.set(item.resource_type, writer);
    }
    return writer.write(item);
  };
  try {
    const accounts = pLimit(ACCOUNTS_AT_ONCE);
    const read = await Promise.all(
      [...talliesOf(run)].map(([account, tallies]) => accounts(() => readAccount(run, account, tallies, write))),
    );
    const objects = await Promise.all([...writers.values()].map((writer) => writer.finish()));
    const all = read.flat();
    const unfinished = all.flatMap(({ tally, finished }) => {
      const begun = tally.begun();
      return finished ? [] : [{ item: tally.item, tally, ...(begun ? { begun } : {}) }];
    });
    const { followUps, ended } = handOver(run.task, unfinished, all.length - unfinished.length);
    for (const { tally } of ended) tally.problem(TOO_LARGE, TOO_LARGE_REMEDY);
    const done = new Set(ended.map(({ tally }) => tally));
    return {
      run_id: run.runId,
      task: run.task.id,
      attempt: run.attempt,
      committed_at: new Date(run.now()).toISOString(),
      outcomes: all.flatMap(({ tally, finished }) => (finished || done.has(tally) ? [tally.outcome()] : [])),
      objects,
      ...(followUps.length ? { follow_ups: followUps } : {}),
    };
  } catch (error) {
    await Promise.allSettled([...writers.values()].map((writer) => writer.abandon()));
    throw error;
  }
}

const TOO_LARGE: Problem = {
  status: "timed-out",
  error: {
    operation: "HandOver",
    code: "TooLarge",
    message: `not read to its end, and it cannot be handed over more than ${DEPTH_AT_MOST} times`,
    times: 1,
  },
};
const TOO_LARGE_REMEDY =
  "What was read of it is kept. Give the function more time or the account higher API limits, and run again for it.";

/** A tally for each planned item of a task, by account; what a task before began goes on. */
function talliesOf({ task, now }: TaskRun): Map<string, Tally[]> {
  const nameOf = ({ account_id, region }: Omit<PlannedItem, "auditor">) => `${account_id} ${region}`;
  const begun = new Map<string, Begun>(task.begun?.map((each) => [nameOf(each.outcome), each]));
  const tallies = new Map<string, Tally[]>();
  for (const item of plannedItems(task)) {
    const ofAccount = tallies.get(item.account_id) ?? [];
    ofAccount.push(new Tally(item, now, begun.get(nameOf(item))));
    tallies.set(item.account_id, ofAccount);
  }
  return tallies;
}

/** A planned item, and whether it was read to its end before the task had to commit. */
interface ReadItem {
  tally: Tally;
  finished: boolean;
}

async function readAccount(
  run: TaskRun,
  account: string,
  tallies: readonly Tally[],
  write: (item: Item) => Promise<void>,
): Promise<ReadItem[]> {
  const assume = accountSession(run.sts, run.role, account, run.runId);
  let session: Awaited<ReturnType<typeof assume>>;
  try {
    session = await before(run.deadline, assume);
    tallies[0]?.called();
  } catch (error) {
    if (error instanceof DeadlineReached) return tallies.map((tally) => ({ tally, finished: false }));
    const problem = problemOf(error, { operation: "AssumeRole", actions: ["sts:AssumeRole"] });
    if (problem.status === "denied") problem.error.denied_by = "trust";
    const remedy = `Deploy the member stack in ${account}, or update it: ${roleArn(run.role, account)} must exist and trust this audit account with its external id.`;
    for (const tally of tallies) tally.problem(problem, remedy);
    return tallies.map((tally) => ({ tally, finished: true }));
  }
  const credentials = renewed(session, assume, run.now);
  const clients = new Map<ClientClass, Map<string, SdkClient>>();
  const clientOf = (Client: ClientClass, region: string): SdkClient => {
    const ofService = clients.get(Client) ?? new Map<string, SdkClient>();
    clients.set(Client, ofService);
    let client = ofService.get(region);
    if (!client) {
      client = new Client({ ...run.client(WAITS), ...RETRIES, region, credentials });
      ofService.set(region, client);
    }
    return client;
  };
  const limit = pLimit(CALLS_PER_ACCOUNT);
  const budget = <T>(call: () => Promise<T>): Promise<T> => limit(call);
  try {
    const closed = await closedRegions(run, tallies, credentials);
    // Few at a time: what is read to its end when the deadline comes is committed, what is begun has to be carried on.
    const types = run.auditor.services.reduce((sum, { collectors }) => sum + collectors.length, 0);
    const regions = pLimit(Math.max(2, Math.ceil(CALLS_PER_ACCOUNT / types)));
    return await Promise.all(
      tallies.map((tally) =>
        regions(async () => {
          if (run.deadline.aborted) return { tally, finished: false };
          const { region } = tally.item;
          const why = closed.get(region);
          if (why) {
            const message = `${region} is ${why} in ${account}`;
            const error = { operation: "DescribeRegions", code: why, message, times: 1 };
            tally.problem({ status: "not-enabled", error });
            return { tally, finished: true };
          }
          await readItem(run.auditor, {
            runId: run.runId,
            partition: run.role.partition,
            item: tally.item,
            clientOf,
            homeRegion: run.homeRegion,
            budget,
            tally,
            deadline: run.deadline,
            now: run.now,
            write,
            digestKey: run.digestKey,
          });
          const read = run.auditor.services.flatMap((service) => collectorsFor(service, region));
          return { tally, finished: read.every(({ type }) => tally.placeOf(type) === null) };
        }),
      ),
    );
  } finally {
    for (const ofService of clients.values()) for (const client of ofService.values()) client.destroy();
  }
}

/** Milliseconds before a session's end from which a new one is taken. */
const RENEW_BEFORE_MS = 300_000;

/** One session for all clients of an account, renewed before it ends. */
function renewed(
  first: AwsCredentialIdentity,
  renew: () => Promise<AwsCredentialIdentity>,
  now: () => number,
): () => Promise<AwsCredentialIdentity> {
  const endOf = ({ expiration }: AwsCredentialIdentity) => expiration?.getTime() ?? Number.POSITIVE_INFINITY;
  let current = Promise.resolve(first);
  let ends = endOf(first);
  return () => {
    if (ends - now() < RENEW_BEFORE_MS) {
      ends = Number.POSITIVE_INFINITY;
      current = renew();
      current.then(
        (session) => {
          ends = endOf(session);
        },
        () => {
          ends = 0;
        },
      );
    }
    return current;
  };
}

/** Regions of the plan that the account has not opted in to, with AWS's word for it. Asked once, and only for regional auditors. */
async function closedRegions(
  run: TaskRun,
  tallies: readonly Tally[],
  credentials: () => Promise<AwsCredentialIdentity>,
): Promise<Map<string, string>> {
  const regional = tallies.filter(({ item }) => item.region !== GLOBAL);
  if (!regional.length) return new Map();
  const ec2 = new EC2Client({ ...run.client(WAITS), ...RETRIES, region: run.homeRegion, credentials });
  try {
    const command = tellThrottles(new DescribeRegionsCommand({ AllRegions: true }), () => regional[0]?.throttled());
    const asked = () => ec2.send(command, { abortSignal: run.deadline });
    const { Regions, $metadata } = await before(run.deadline, asked);
    regional[0]?.called($metadata?.attempts);
    const states = new Map((Regions ?? []).map(({ RegionName, OptInStatus }) => [RegionName, OptInStatus]));
    const closed = new Map<string, string>();
    for (const { item } of regional) {
      const state = states.get(item.region) ?? "unknown";
      if (state !== "opted-in" && state !== "opt-in-not-required") closed.set(item.region, state);
    }
    return closed;
  } catch (error) {
    if (error instanceof DeadlineReached) return new Map();
    // Not knowing which regions are closed, each is tried: a closed one answers like bad credentials.
    const problem = problemOf(error, { operation: "DescribeRegions", actions: ["ec2:DescribeRegions"] });
    for (const tally of regional) tally.problem(problem);
    return new Map();
  } finally {
    ec2.destroy();
  }
}
