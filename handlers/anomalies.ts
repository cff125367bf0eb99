import { gunzipSync, gzipSync } from "node:zlib";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateModelCommand,
  CreateTrainingJobCommand,
  CreateTransformJobCommand,
  DeleteModelCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { OBSERVATIONS_AT_LEAST } from "../src/anomalies/anomalies.ts";
import { judged } from "../src/anomalies/candidates.ts";
import {
  jobOf,
  ModelledRun,
  ModelledType,
  type ModelOutcome,
  scoresIn,
  typesKey,
  workKeys,
} from "../src/anomalies/modelWork.ts";
import {
  modelRequest,
  type SageMakerPlace,
  trainingRequest,
  transformRequest,
} from "../src/anomalies/sageMakerRequests.ts";
import { createOnly } from "../src/evidence/createOnly.ts";
import { modelOutcomeKey } from "../src/evidence/layout.ts";
import { evidenceS3, lambdaClient, WAITS } from "../src/runtime/clients.ts";
import { invokeAsync } from "../src/runtime/invoke.ts";
import { log } from "../src/runtime/log.ts";
import { type Runtime, thisProcess } from "../src/runtime/runtime.ts";
import { AnomaliesSettings, settingsFrom } from "../src/runtime/settings.ts";
import { bucketObjects } from "../src/tables/bucketObjects.ts";
import { writeFeatureRows } from "../src/tables/featureRows.ts";
import { writeModelledAnomalies } from "../src/tables/modelledAnomalies.ts";
import { readSealedRun, type SealedRun } from "../src/tables/sealedRun.ts";

/** A run whose tables are there. */
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

/**
 * Types of a run that are trained or scored at the same time. Each is the first of a lane: whatever becomes of a type,
 * the one that is so many places behind it follows, and nobody has to count.
 */
const LANES = 4;
/** Types without anything to score take their time too: then another invocation goes on. */
const HAND_OVER_AFTER_MS = 480_000;
const MODEL = "sagemaker-random-cut-forest";

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
    const place: SageMakerPlace = {
      prefix: settings.JOB_PREFIX,
      bucket: settings.WORK_BUCKET,
      roleArn: settings.JOB_ROLE,
      image: settings.IMAGE,
      instanceType: settings.INSTANCE_TYPE,
    };
    const evidence = bucketObjects(s3, settings.EVIDENCE_BUCKET);
    const work = bucketObjects(s3, settings.WORK_BUCKET);
    const next = (run_id: string, type: number) =>
      invokeAsync(lambda, settings.AWS_LAMBDA_FUNCTION_NAME, { run_id, type });
    const put = (bucket: string, key: string, body: Uint8Array, over = false) =>
      createOnly(() =>
        s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: body,
            ...(over ? {} : { IfNoneMatch: "*" }),
            ChecksumAlgorithm: "SHA256",
          }),
        ),
      );
    const read = async (key: string): Promise<Buffer> => {
      const bytes = await work.read(key);
      if (!bytes) throw new Error(`${work.name}${key} is missing: the run's work there is forgotten after some days`);
      return Buffer.from(bytes);
    };
    const modelled = async (run: string): Promise<ModelledRun> =>
      ModelledRun.parse(JSON.parse((await read(typesKey(run))).toString("utf8")));
    const sealedRun = async ({ run_id, run_date }: z.infer<typeof RunRequest>): Promise<SealedRun> => {
      const sealed = await readSealedRun(evidence, run_id, run_date);
      if (!sealed) throw new Error(`run ${run_id} is not sealed: there is nothing to learn from`);
      return sealed;
    };
    /** A repetition that scores is right where an attempt before it failed; otherwise the first to say it has said it. */
    const conclude = async (
      run: ModelledRun,
      index: number,
      said: Omit<ModelOutcome, "run_id" | "resource_type" | "model">,
    ) => {
      const outcome: ModelOutcome = { run_id: run.run_id, resource_type: run.types[index]!, model: MODEL, ...said };
      log.info("resource type scored elsewhere", outcome);
      const key = modelOutcomeKey(run.run_id, run.run_date, index);
      await put(settings.EVIDENCE_BUCKET, key, Buffer.from(JSON.stringify(outcome)), said.outcome === "scored");
    };

    /** Which types there are, and the first of each lane. */
    const begin = async (request: z.infer<typeof RunRequest>): Promise<void> => {
      const { manifest } = await sealedRun(request);
      const types = Object.entries(manifest.resource_types).flatMap(([type, { items }]) =>
        items >= OBSERVATIONS_AT_LEAST ? type : [],
      );
      const run: ModelledRun = { ...request, types: types.sort() };
      await put(settings.WORK_BUCKET, typesKey(request.run_id), Buffer.from(JSON.stringify(run)));
      for (let lane = 0; lane < Math.min(lanes, types.length); lane++) await next(request.run_id, lane);
    };

    /** Begins training for the next type of a lane that has something to score. @returns what failed on the way */
    const goOn = async (run: ModelledRun, from: number): Promise<string[]> => {
      const problems: string[] = [];
      if (from >= run.types.length) return problems;
      const sealed = await sealedRun(run);
      for (let index = from; index < run.types.length; index += lanes) {
        if (runtime.now() > until) {
          await next(run.run_id, index);
          break;
        }
        try {
          if (await train(sealed, run, index)) break;
        } catch (error) {
          if (isQuota(error)) throw error;
          problems.push(`${run.types[index]}: ${(error as Error).message}`);
          await conclude(run, index, { outcome: "failed", reason: (error as Error).message });
        }
      }
      return problems;
    };

    /** @returns false where there is nothing to score */
    const train = async (sealed: SealedRun, run: ModelledRun, index: number): Promise<boolean> => {
      const keys = workKeys(run.run_id, index);
      const objects = sealed.objects
        .filter(({ resource_type }) => resource_type === run.types[index])
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      const written = await writeFeatureRows(evidence, objects, work.create(keys.rows), work.create(keys.otherwise));
      if (!written) {
        await conclude(run, index, { outcome: "nothing-to-score" });
        return false;
      }
      await put(settings.WORK_BUCKET, keys.candidates, gzipSync(JSON.stringify(written)));
      await unlessThere(
        sageMaker.send(new CreateTrainingJobCommand(trainingRequest(place, run.run_id, index, written.features))),
      );
      return true;
    };

    const score = async (run: ModelledRun, index: number): Promise<void> => {
      const model = modelRequest(place, run.run_id, index);
      const isNew = await unlessThere(sageMaker.send(new CreateModelCommand(model)));
      const begun = await unlessThere(
        sageMaker.send(new CreateTransformJobCommand(transformRequest(place, run.run_id, index))),
      );
      // Told once more after the scores were there: nobody else takes the model away.
      if (isNew && !begun) await removeModel(run, index);
    };

    const removeModel = (run: ModelledRun, index: number) =>
      unlessGone(
        sageMaker.send(new DeleteModelCommand({ ModelName: modelRequest(place, run.run_id, index).ModelName })),
      );

    const finish = async (run: ModelledRun, index: number): Promise<void> => {
      const keys = workKeys(run.run_id, index);
      const { candidates, ...counts } = ModelledType.parse(
        JSON.parse(gunzipSync(await read(keys.candidates)).toString("utf8")),
      );
      const scored: string[] = [];
      for await (const { key } of work.list(`${keys.scores}/`)) scored.push(key);
      const scoresOf = async (input: string): Promise<Float64Array> => {
        const name = `/${input.split("/").at(-1)}.out`;
        const key = scored.find((each) => each.endsWith(name));
        if (!key) throw new Error(`${work.name}${keys.scores}${name} is missing`);
        return scoresIn((await read(key)).toString("utf8"));
      };
      const [scores, otherwise] = [await scoresOf(keys.rows), await scoresOf(keys.otherwise)];
      if (scores.length !== counts.resources)
        throw new Error(`${scores.length} scores of ${counts.resources} resources: they cannot be told apart`);
      const anomalies = judged(candidates, scores, otherwise, MODEL);
      if (anomalies.length) await writeModelledAnomalies(evidence, await sealedRun(run), index, anomalies);
      await conclude(run, index, { outcome: "scored", ...counts, anomalies: anomalies.length });
    };

    const ended = async ({ detail }: z.infer<typeof JobEvent>): Promise<string[]> => {
      const [name, status, what] =
        "TrainingJobName" in detail
          ? [detail.TrainingJobName, detail.TrainingJobStatus, "train" as const]
          : [detail.TransformJobName, detail.TransformJobStatus, "score" as const];
      const job = jobOf(settings.JOB_PREFIX, name);
      if (!job) return [];
      log.appendKeys({ run_id: job.run });
      const run = await modelled(job.run);
      if (what === "train" && status === "Completed") {
        await score(run, job.index);
        return [];
      }
      const problems: string[] = [];
      try {
        if (status !== "Completed")
          throw new Error(`SageMaker did not ${what} (job ${name}): ${detail.FailureReason ?? status}`);
        await finish(run, job.index);
      } catch (error) {
        problems.push(`${run.types[job.index]}: ${(error as Error).message}`);
        await conclude(run, job.index, { outcome: "failed", reason: (error as Error).message });
      }
      if (what === "score") await removeModel(run, job.index);
      return [...problems, ...(await goOn(run, job.index + lanes))];
    };

    const request = Request.parse(event);
    if ("run_date" in request) return begin(request);
    const problems =
      "type" in request ? await goOn(await modelled(request.run_id), request.type) : await ended(request);
    // Everything else has gone on; this is for the alarm and for whoever looks after the failed events.
    if (problems.length) throw new Error(problems.join("; "));
  };
};

export const handler = anomaliesHandler(thisProcess);

const isQuota = (error: unknown): boolean => (error as Error).name === "ResourceLimitExceeded";
const says = (error: unknown, text: RegExp): boolean =>
  (error as Error).name === "ValidationException" && text.test((error as Error).message);

/** @returns false when what is to be made is there: names are never used again. @throws Error saying how to raise a quota */
async function unlessThere(made: Promise<unknown>): Promise<boolean> {
  try {
    await made;
    return true;
  } catch (error) {
    if ((error as Error).name === "ResourceInUse" || says(error, /already exist/)) return false;
    if (isQuota(error))
      throw Object.assign(
        new Error(`${(error as Error).message} Each run needs ${LANES} instances at a time: docs/anomalies.md#quotas`),
        { name: "ResourceLimitExceeded" },
      );
    throw error;
  }
}

async function unlessGone(removed: Promise<unknown>): Promise<void> {
  try {
    await removed;
  } catch (error) {
    if (!says(error, /could not find/i)) throw error;
  }
}
