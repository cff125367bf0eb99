import { randomBytes } from "node:crypto";
import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { KMSClient } from "@aws-sdk/client-kms";
import type { Context } from "aws-lambda";
import { decodeTime } from "ulid";
import { withCachedConfig } from "../src/collect/cachedConfig.ts";
import { bucketStore } from "../src/evidence/bucketStore.ts";
import type { Manifest } from "../src/evidence/manifest.ts";
import { seal } from "../src/evidence/seal.ts";
import { kmsSigner } from "../src/evidence/signer.ts";
import { stampManifest } from "../src/evidence/stampManifest.ts";
import { runStore } from "../src/evidence/store.ts";
import { WitnessAnswer } from "../src/evidence/witness/addCheckpoint.ts";
import { askWitnesses, type Witnessing } from "../src/evidence/witness/askWitnesses.ts";
import { originOf } from "../src/evidence/witness/checkpoint.ts";
import { evidenceS3, lambdaClient, WAITS } from "../src/runtime/clients.ts";
import { leaveDurations } from "../src/runtime/durations.ts";
import { invoke, invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import { metrics } from "../src/runtime/metrics.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { SealerSettings, settingsFrom } from "../src/runtime/settings.ts";
import { SealRequest } from "../src/runtime/taskPayload.ts";

/** What the sealer answers; asynchronous invocations drop it, `itaudit seal` reads it. */
export interface SealAnswer {
  run_id: string;
  sealed: boolean;
  /** Of the sealed run. */
  complete?: boolean;
  /** Tasks that have not committed: what keeps the run open, or what is missing in it. */
  missing: string[];
  /** Another sealer is at it, and over by then (ISO 8601). */
  lease_expires_at?: string;
  /** What went wrong with witnesses; the run is sealed all the same. */
  unwitnessed?: string[];
  /** What went wrong with time-stamp authorities; likewise. */
  unstamped?: string[];
}

/** Logs what went wrong outside, and counts it for the alarm of the metric. */
function tell(problems: readonly string[], what: string, metric: "NotCosigned" | "NotStamped"): void {
  if (!problems.length) return;
  for (const problem of problems) log.error(what, { problem });
  metrics.addMetric(metric, MetricUnit.Count, problems.length);
  metrics.publishStoredMetrics();
}

/** The sealer: the only role that may write a manifest, and sign it. */
export const sealerHandler = (runtime: Runtime) => {
  const s3 = evidenceS3(runtime);
  const kms = withCachedConfig(new KMSClient(runtime.client(WAITS)));
  const lambda = lambdaClient(runtime);
  /** Has witnesses cosign the chain. A run never fails by one that does not: the next run asks again. */
  const cosigned = async (
    manifest: Manifest,
    functions: readonly string[],
    witnessing: Omit<Witnessing, "witnesses">,
  ): Promise<string[]> => {
    const witnesses = functions.map((name) => ({
      name,
      ask: (body: string) => invoke(lambda, name, { body }, WitnessAnswer),
    }));
    const problems = await askWitnesses({ ...witnessing, witnesses }, manifest).catch((error: Error) => [
      error.message,
    ]);
    tell(problems, "a witness did not cosign", "NotCosigned");
    return problems;
  };

  return async (event: unknown, context: Context): Promise<SealAnswer> => {
    const settings = settingsFrom(SealerSettings, runtime.env());
    const { run_id, run_date, incomplete } = SealRequest.parse(event);
    log.appendKeys({ run_id });
    const open = runtime.now() - decodeTime(run_id);
    if (incomplete && open < settings.SEAL_DEADLINE_MINUTES * 60_000)
      throw new Error(
        `run ${run_id} began ${Math.floor(open / 60_000)} minutes ago, and may be sealed as incomplete after ${settings.SEAL_DEADLINE_MINUTES}: its tasks may still commit. Try later, or pulumi config set sealDeadlineMinutes`,
      );
    const store = runStore(s3, settings.EVIDENCE_BUCKET);
    const signer = kmsSigner(kms, settings.SIGNING_KEY);
    const answer = await seal(
      {
        store,
        signer,
        signerBefore: settings.PREVIOUS_SIGNING_KEY ? kmsSigner(kms, settings.PREVIOUS_SIGNING_KEY) : undefined,
        now: runtime.now,
        lease: {
          holder: context.awsRequestId,
          expiresAt: Math.ceil(runtime.now() + context.getRemainingTimeInMillis()),
        },
        bundleSha256: settings.BUNDLE_SHA256,
        incomplete,
        leaveDurations: (text) => leaveDurations(s3, settings.EVIDENCE_BUCKET, text),
      },
      run_id,
      run_date,
    );
    if ("open" in answer) {
      const missing = answer.open.map(({ id }) => id);
      log.info("tasks are still out", { tasks: missing.length });
      return { run_id, sealed: false, missing };
    }
    if ("leaseExpiresAt" in answer) {
      const lease_expires_at = new Date(answer.leaseExpiresAt).toISOString();
      log.info("another sealer is at it", { lease_expires_at });
      return { run_id, sealed: false, missing: [], lease_expires_at };
    }
    log.info("run sealed", { totals: answer.totals, complete: answer.complete, sequence: answer.sequence });
    if (settings.TABULATOR_FUNCTION) await invokeAsync(lambda, settings.TABULATOR_FUNCTION, { run_id, run_date });
    const unwitnessed = await cosigned(answer, settings.WITNESS_FUNCTIONS, {
      store,
      log: bucketStore(s3, settings.EVIDENCE_BUCKET),
      signer,
      origin: originOf(settings.EVIDENCE_BUCKET),
    });
    const unstamped = await stampManifest(
      {
        store: bucketStore(s3, settings.EVIDENCE_BUCKET),
        authorities: settings.TIMESTAMP_AUTHORITIES,
        fetch: (...request) => fetch(...request),
        nonce: () => randomBytes(8),
      },
      answer,
    ).catch((error: Error) => [error.message]);
    tell(unstamped, "an authority gave no time stamp", "NotStamped");
    return {
      run_id,
      sealed: true,
      complete: answer.complete,
      missing: answer.missing.map(({ id }) => id),
      ...(unwitnessed.length ? { unwitnessed } : {}),
      ...(unstamped.length ? { unstamped } : {}),
    };
  };
};

/** Lambda entry point of the sealer. */
export const handler = sealerHandler(thisProcess);
