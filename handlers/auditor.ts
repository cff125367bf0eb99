import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { STSClient } from "@aws-sdk/client-sts";
import type { Context } from "aws-lambda";
import { decodeTime, ulid } from "ulid";
import type { Auditor } from "../src/auditors/collector.ts";
import { accessByRole } from "../src/collect/accountSession.ts";
import { awsClock, withAwsTime } from "../src/collect/awsClock.ts";
import { withCachedConfig } from "../src/collect/cachedConfig.ts";
import { withGenuineAnswers } from "../src/collect/genuineAnswers.ts";
import { offering } from "../src/collect/offering.ts";
import { runTask } from "../src/collect/task.ts";
import { bucketStore } from "../src/evidence/bucketStore.ts";
import { completeTask } from "../src/evidence/completeTask.ts";
import type { Outcome } from "../src/evidence/outcome.ts";
import { runStoreIn } from "../src/evidence/store.ts";
import type { TaskOutcome } from "../src/evidence/taskOutcome.ts";
import { evidenceS3, lambdaClient, WAITS } from "../src/runtime/clients.ts";
import { invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import { metrics } from "../src/runtime/metrics.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { AuditorSettings, settingsFrom } from "../src/runtime/settings.ts";
import { TaskPayload } from "../src/runtime/taskPayload.ts";

/** Time kept back from the function's time-out, to write the objects and commit. */
const COMMIT_MARGIN_MS = 20_000;

/** Of the time until a run is to be sealed, what may be read in: the rest is for what is under way, and for sealing. */
const READING = 0.9;

/** The random half of a ULID: 50 bits, so that no two attempts write under one name. */
const attemptName = ({ now, random }: Runtime): string => ulid(now(), random).slice(-10).toLowerCase();

/** What the auditor answers; asynchronous invocations drop it, a person testing by hand reads it. */
export interface TaskDone {
  run_id: string;
  task: string;
  /** False: another attempt had committed this task already. */
  committed: boolean;
  sealing: boolean;
}

/** Lambda entry point of an auditor: reads one task's accounts, commits its outcome, and starts the sealing when it is the last. */
export const auditorHandler = (auditor: Auditor, runtime: Runtime = thisProcess) => {
  const s3 = evidenceS3(runtime);
  const clock = awsClock();
  const offered = offering(runtime.hasAddress);
  const sts = withCachedConfig(
    withGenuineAnswers(
      withAwsTime(new STSClient({ ...runtime.client(WAITS), retryMode: "adaptive", maxAttempts: 5 }), clock),
    ),
  );
  const lambda = lambdaClient(runtime);
  const homeRegion = runtime.env().AWS_REGION ?? "us-east-1";

  return async (event: unknown, context: Context): Promise<TaskDone> => {
    const settings = settingsFrom(AuditorSettings, runtime.env());
    const { run_id, run_date, task } = TaskPayload.parse(event);
    log.appendKeys({ run_id, task: task.id });
    const evidence = bucketStore(s3, settings.EVIDENCE_BUCKET);
    const store = runStoreIn(evidence);
    let standing = await store.readOutcome(run_id, run_date, task.id);
    let committed = false;
    if (!standing) {
      const attempt = attemptName(runtime);
      const began = runtime.now();
      const { SEAL_DEADLINE_MINUTES: minutes = Number.POSITIVE_INFINITY } = settings;
      const readUntil = decodeTime(run_id) + minutes * 60_000 * READING;
      const ownTime = context.getRemainingTimeInMillis();
      const outcome = await runTask({
        runId: run_id,
        date: run_date,
        task,
        attempt,
        auditor,
        access: accessByRole(sts, {
          // arn:<partition>:lambda:…: the function's own partition is the member accounts' too.
          partition: context.invokedFunctionArn.split(":")[1] ?? "aws",
          roleName: settings.CROSS_ACCOUNT_ROLE_NAME,
          externalId: settings.EXTERNAL_ID,
        }),
        account: context.invokedFunctionArn.split(":")[4] ?? "",
        digestKey: settings.DIGEST_KEY,
        evidence,
        homeRegion,
        client: runtime.client,
        clock,
        offering: offered,
        deadline: runtime.timeout(
          Math.max(0, Math.min(Math.max(ownTime - COMMIT_MARGIN_MS, ownTime / 2), readUntil - began)),
        ),
        readUntil,
        now: runtime.now,
        wait: runtime.wait,
        apiShare: settings.API_SHARE,
      });
      const memory = Number(context.memoryLimitInMB);
      if (memory) outcome.ran = { ms: Math.round(runtime.now() - began), memory_mb: memory };
      if (settings.BUNDLE_SHA256) outcome.bundle_sha256 = settings.BUNDLE_SHA256;
      standing = await store.commit(run_date, outcome);
      committed = standing.attempt === attempt;
      if (committed) measure(standing, auditor.name);
      log.info(committed ? "task committed" : "task was committed by another attempt", {
        outcomes: outcome.outcomes.length,
        objects: outcome.objects.length,
        follow_ups: outcome.follow_ups?.length ?? 0,
      });
    }
    // Again by whoever finds the outcome: the one that wrote it may have died before this, or in the midst of it. What
    // has committed has a delivery of its own that answers for what comes after: else each finder would start them all.
    for (const next of standing.follow_ups ?? [])
      if (committed || !(await store.readOutcome(run_id, run_date, next.id)))
        await invokeAsync(lambda, context.invokedFunctionArn, { run_id, run_date, task: next } satisfies TaskPayload);
    // What was handed over is still out, and its last one looks again.
    const sealing = await completeTask(store, run_date, task, standing);
    if (sealing) await invokeAsync(lambda, settings.SEALER_FUNCTION, { run_id, run_date });
    return { run_id, task: task.id, committed, sealing };
  };
};

/** What a task's commit says, as metrics by auditor: the dashboard shows them. */
function measure({ outcomes }: TaskOutcome, auditor: string): void {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  metrics.addDimension("auditor", auditor);
  metrics.addMetric(
    "Items",
    MetricUnit.Count,
    sum(({ counts }) => Object.values(counts).reduce((a, b) => a + b, 0)),
  );
  metrics.addMetric(
    "Calls",
    MetricUnit.Count,
    sum(({ calls }) => calls),
  );
  metrics.addMetric(
    "Retries",
    MetricUnit.Count,
    sum(({ retries }) => retries),
  );
  metrics.addMetric(
    "Throttles",
    MetricUnit.Count,
    sum(({ throttles = 0 }) => throttles),
  );
  metrics.addMetric(
    "NotCollected",
    MetricUnit.Count,
    sum(({ status }) => (status === "collected" ? 0 : 1)),
  );
  metrics.addMetric("Duration", MetricUnit.Milliseconds, Math.max(0, ...outcomes.map(({ ms }) => ms)));
  metrics.publishStoredMetrics();
}
