import * as z from "zod";
import type { TaskOutcome } from "../evidence/outcome.ts";
import { plannedItems } from "../evidence/plan.ts";
import { isLastOut } from "../evidence/seal.ts";
import { runStore } from "../evidence/store.ts";
import { evidenceS3, lambdaClient } from "./clients.ts";
import { invokeAsync } from "./invoke.ts";
import { log } from "./log.ts";
import { RecorderSettings, settingsFrom } from "./settings.ts";
import { type Surroundings, thisProcess } from "./surroundings.ts";
import { TaskPayload } from "./taskPayload.ts";

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const FailureRecord = z.object({
  requestContext: z.object({ condition: z.string(), approximateInvokeCount: z.number().optional() }),
  requestPayload: TaskPayload,
  responsePayload: z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() }).nullish(),
});

/** The on-failure destination: a task that died for good gets outcomes that say so. */
export const recorderHandler = (around: Surroundings) => {
  const s3 = evidenceS3(around);
  const lambda = lambdaClient(around);

  return async (event: unknown): Promise<{ recorded: boolean; sealing: boolean }> => {
    const settings = settingsFrom(RecorderSettings, around.env());
    const record = FailureRecord.parse(event);
    const { run_id, run_date, task } = record.requestPayload;
    log.appendKeys({ run_id, task: task.id });
    const message = record.responsePayload?.errorMessage ?? record.requestContext.condition;
    const error = {
      operation: "Invoke",
      code: record.responsePayload?.errorType ?? record.requestContext.condition,
      message,
      times: 1,
    };
    const timedOut = /timed out/i.test(message);
    const store = runStore(s3, settings.EVIDENCE_BUCKET);
    const outcome: TaskOutcome = {
      run_id,
      task: task.id,
      attempt: "recorder",
      committed_at: new Date(around.now()).toISOString(),
      outcomes: plannedItems(task).map((item) => ({
        ...item,
        status: timedOut ? "timed-out" : "failed",
        counts: {},
        errors: [error],
        remedy: `Read the log of the function audit-get-meta-${task.auditor}, then run again for these accounts.`,
        calls: 0,
        retries: 0,
        ms: 0,
      })),
      objects: [],
    };
    const recorded = await store.commit(run_date, outcome);
    log.warn("a task died", { recorded, died: error });
    const sealing = await isLastOut(store, run_id, run_date);
    if (sealing) await invokeAsync(lambda, settings.SEALER_FUNCTION, { run_id, run_date });
    return { recorded, sealing };
  };
};

/** Lambda entry point of the recorder. */
export const handler = recorderHandler(thisProcess);
