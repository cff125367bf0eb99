import * as z from "zod";
import { completeTask } from "../src/evidence/completeTask.ts";
import type { Task } from "../src/evidence/plan.ts";
import { runStore } from "../src/evidence/store.ts";
import { notInvoked, type Unread, unreadOutcome } from "../src/evidence/taskOutcome.ts";
import { evidenceS3, lambdaClient } from "../src/runtime/clients.ts";
import { invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { RecorderSettings, settingsFrom } from "../src/runtime/settings.ts";
import { TaskPayload } from "../src/runtime/taskPayload.ts";

/** The attempt that a dead task is committed under. */
const ATTEMPT = "recorder";

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const FailureRecord = z.object({
  requestContext: z.object({
    functionArn: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.number().optional(),
  }),
  requestPayload: TaskPayload,
  responsePayload: z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() }).nullish(),
});

/** The on-failure destination: a task that died for good gets outcomes that say so. */
export const recorderHandler = (runtime: Runtime) => {
  const s3 = evidenceS3(runtime);
  const lambda = lambdaClient(runtime);

  return async (event: unknown): Promise<{ recorded: boolean; sealing: boolean }> => {
    const settings = settingsFrom(RecorderSettings, runtime.env());
    const died = FailureRecord.parse(event);
    const { run_id, run_date, task } = died.requestPayload;
    log.appendKeys({ run_id, task: task.id });
    const message = died.responsePayload?.errorMessage ?? died.requestContext.condition;
    const error = {
      operation: "Invoke",
      code: died.responsePayload?.errorType ?? died.requestContext.condition,
      message,
      times: 1,
    };
    const store = runStore(s3, settings.EVIDENCE_BUCKET);
    const by = { attempt: ATTEMPT, bundleSha256: settings.BUNDLE_SHA256 };
    const record = (dead: Task, why: Omit<Unread, keyof typeof by>) =>
      store.commit(run_date, unreadOutcome(run_id, dead, { ...by, ...why }, runtime.now()));
    const auditorFunction = died.requestContext.functionArn.replace(/:\$LATEST$/, "");
    const standing = await record(task, {
      status: /timed out/i.test(message) ? "timed-out" : "failed",
      error,
      remedy: `Read the log of the function ${auditorFunction.split(":").at(-1)}, then run again for these accounts.`,
    });
    const recorded = standing.attempt === ATTEMPT;
    log.warn("a task died", { recorded, died: error });
    let sealing = await completeTask(store, run_date, task, standing);
    // It may have died after its commit: then what it handed over has not been started.
    for (const next of standing.follow_ups ?? []) {
      const earlier = await store.readOutcome(run_id, run_date, next.id);
      if (earlier) {
        if (await completeTask(store, run_date, next, earlier)) sealing = true;
        continue;
      }
      try {
        await invokeAsync(lambda, auditorFunction, { run_id, run_date, task: next } satisfies TaskPayload);
      } catch (thrown) {
        const ended = await record(next, notInvoked(thrown));
        if (await completeTask(store, run_date, next, ended)) sealing = true;
      }
    }
    if (sealing) await invokeAsync(lambda, settings.SEALER_FUNCTION, { run_id, run_date });
    return { recorded, sealing };
  };
};

/** Lambda entry point of the recorder. */
export const handler = recorderHandler(thisProcess);
