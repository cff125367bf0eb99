import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { bucketSource } from "../src/evidence/bucketSource.ts";
import { overdueRuns } from "../src/evidence/overdueRuns.ts";
import { evidenceS3, lambdaClient } from "../src/runtime/clients.ts";
import { invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import { metrics } from "../src/runtime/metrics.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { settingsFrom, WatchdogSettings } from "../src/runtime/settings.ts";
import type { SealRequest } from "../src/runtime/taskPayload.ts";

/** Looks for runs that are past their deadline and not sealed: tries to seal them once more, and says how many there are. */
export const watchdogHandler = (runtime: Runtime) => {
  const s3 = evidenceS3(runtime);
  const lambda = lambdaClient(runtime);

  return async (): Promise<{ overdue: string[] }> => {
    const settings = settingsFrom(WatchdogSettings, runtime.env());
    const deadlineMs = settings.SEAL_DEADLINE_MINUTES * 60_000;
    const overdue = await overdueRuns(bucketSource(s3, settings.EVIDENCE_BUCKET), runtime.now(), deadlineMs);
    metrics.addMetric("RunsNotSealed", MetricUnit.Count, overdue.length);
    metrics.publishStoredMetrics();
    for (const { run, date, unsigned } of overdue) {
      log.error("a run is past its deadline", { run_id: run, unsigned });
      // Never as incomplete: that is for a person to ask. Lost is only what the last one out did not get to.
      await invokeAsync(lambda, settings.SEALER_FUNCTION, { run_id: run, run_date: date } satisfies SealRequest);
    }
    return { overdue: overdue.map(({ run }) => run) };
  };
};

/** Lambda entry point of the watchdog. */
export const handler = watchdogHandler(thisProcess);
