import { PutObjectCommand } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { jobOf } from "../src/anomalies/modelWork.ts";
import { createOnly } from "../src/evidence/createOnly.ts";
import { evidenceS3, lambdaClient, WAITS } from "../src/runtime/clients.ts";
import { invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { AnomaliesSettings, settingsFrom } from "../src/runtime/settings.ts";
import { bucketObjects } from "../src/tables/bucketObjects.ts";
import {
  beginScoring,
  failed,
  finish,
  goOn,
  type ModelScoring,
  removeModel,
  score,
  scoredRun,
} from "../src/tables/modelScoring.ts";

const RunRequest = z.object({ run_id: z.string(), run_date: z.string() });
/** A resource type of a run that was begun; the next ones of its lane follow. */
const TypeRequest = z.object({ run_id: z.string(), type: z.number().int().nonnegative() });
const ENDED = z.enum(["Completed", "Failed", "Stopped"]);
/** A job of SageMaker has ended, as EventBridge tells. */
const JobEvent = z.object({
  source: z.literal("aws.sagemaker"),
  detail: z.union([
    z.object({ TrainingJobName: z.string(), TrainingJobStatus: ENDED, FailureReason: z.string().nullish() }),
    z.object({ TransformJobName: z.string(), TransformJobStatus: ENDED, FailureReason: z.string().nullish() }),
  ]),
});
const Request = z.union([JobEvent, TypeRequest, RunRequest]);

/** Lanes of a run: whatever becomes of a type, the one that is so many behind it follows, and nobody has to count. */
const LANES = 4;
/** Types without anything to score take their time too: then another invocation goes on. */
const HAND_OVER_AFTER_MS = 480_000;

/**
 * Lets SageMaker train and score the features of a run, type by type. Started when a run's tables are there, and again
 * by each job that ends; every step may be repeated, and names made of the run refuse what is done.
 * @param lanes see {@link LANES}
 */
export const anomaliesHandler = (runtime: Runtime, lanes: number = LANES) => {
  const s3 = evidenceS3(runtime);
  const lambda = lambdaClient(runtime);
  const sageMaker = new SageMakerClient({ ...runtime.client(WAITS), retryMode: "adaptive", maxAttempts: 8 });

  return async (event: unknown): Promise<void> => {
    const settings = settingsFrom(AnomaliesSettings, runtime.env());
    const until = runtime.now() + HAND_OVER_AFTER_MS;
    const buckets = { evidence: settings.EVIDENCE_BUCKET, work: settings.WORK_BUCKET };
    const scoring: ModelScoring = {
      sageMaker,
      jobs: {
        prefix: settings.JOB_PREFIX,
        bucket: settings.WORK_BUCKET,
        roleArn: settings.JOB_ROLE,
        image: settings.IMAGE,
        instanceType: settings.INSTANCE_TYPE,
      },
      evidence: bucketObjects(s3, buckets.evidence),
      work: bucketObjects(s3, buckets.work),
      put: (bucket, Key, Body, over = false) => {
        const condition = over ? {} : { IfNoneMatch: "*" };
        const object = { Bucket: buckets[bucket], Key, Body, ChecksumAlgorithm: "SHA256" as const, ...condition };
        return createOnly(() => s3.send(new PutObjectCommand(object)));
      },
      next: (run_id, type) => invokeAsync(lambda, settings.AWS_LAMBDA_FUNCTION_NAME, { run_id, type }),
      lanes,
      isLate: () => runtime.now() > until,
    };
    const request = Request.parse(event);
    if ("run_date" in request) return beginScoring(scoring, request);
    const problems =
      "type" in request
        ? await goOn(scoring, await scoredRun(scoring, request.run_id), request.type)
        : await jobEnded(scoring, request);
    // Everything else has gone on; this is for the alarm and for whoever looks after the failed events.
    if (problems.length) throw new Error(problems.join("; "));
  };
};

export const handler = anomaliesHandler(thisProcess);

/** Goes on where a job has ended: scores what is trained, finishes what is scored. @returns what failed */
async function jobEnded(scoring: ModelScoring, { detail }: z.infer<typeof JobEvent>): Promise<string[]> {
  const [name, status, what] =
    "TrainingJobName" in detail
      ? [detail.TrainingJobName, detail.TrainingJobStatus, "train" as const]
      : [detail.TransformJobName, detail.TransformJobStatus, "score" as const];
  const job = jobOf(scoring.jobs.prefix, name);
  if (!job) return [];
  log.appendKeys({ run_id: job.run });
  const run = await scoredRun(scoring, job.run);
  if (what === "train" && status === "Completed") {
    await score(scoring, run, job.index);
    return [];
  }
  const problems: string[] = [];
  try {
    if (status !== "Completed")
      throw new Error(`SageMaker did not ${what} (job ${name}): ${detail.FailureReason ?? status}`);
    await finish(scoring, run, job.index);
  } catch (error) {
    problems.push(await failed(scoring, run, job.index, error));
  }
  if (what === "score") await removeModel(scoring, run, job.index);
  return [...problems, ...(await goOn(scoring, run, job.index + scoring.lanes))];
}
