import { gunzipSync, gzipSync } from "node:zlib";
import {
  CreateModelCommand,
  CreateTrainingJobCommand,
  CreateTransformJobCommand,
  DeleteModelCommand,
  type SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { OBSERVATIONS_AT_LEAST } from "../anomalies/anomalies.ts";
import { judged } from "../anomalies/candidates.ts";
import { ModelledRun, ModelledType, type ModelOutcome, scoresIn, typesKey, workKeys } from "../anomalies/modelWork.ts";
import { modelRequest, type SageMakerJobs, trainingRequest, transformRequest } from "../anomalies/sageMakerRequests.ts";
import { modelOutcomeKey } from "../evidence/layout.ts";
import { log } from "../runtime/log.ts";
import { writeFeatureRows } from "./featureRows.ts";
import { writeModelledAnomalies } from "./modelledAnomalies.ts";
import type { Objects } from "./objects.ts";
import { readSealedRun, type SealedRun } from "./sealedRun.ts";

const MODEL = "sagemaker-random-cut-forest";

/** A run whose tables are there. */
export interface ScoredRun {
  run_id: string;
  run_date: string;
}

/** What the steps of scoring by SageMaker work with. */
export interface ModelScoring {
  sageMaker: SageMakerClient;
  /** Where jobs run, and as whom. */
  jobs: SageMakerJobs;
  evidence: Objects;
  work: Objects;
  /** Writes an object once, or over one that stands. */
  put: (bucket: "evidence" | "work", key: string, body: Uint8Array, over?: boolean) => Promise<unknown>;
  /** Has another invocation go on with a type of a run. */
  next: (run: string, type: number) => Promise<unknown>;
  /** Types of a run that are trained or scored at the same time; each is the first of a lane. */
  lanes: number;
  /** Whether another invocation is to go on, as this one has little time left. */
  isLate: () => boolean;
}

/** Which types of a run are scored; begins the first of each lane. */
export async function beginScoring(scoring: ModelScoring, request: ScoredRun): Promise<void> {
  const { manifest } = await sealedRun(scoring, request);
  const types = Object.entries(manifest.resource_types).flatMap(([type, { items }]) =>
    items >= OBSERVATIONS_AT_LEAST ? type : [],
  );
  const run: ModelledRun = { ...request, types: types.sort() };
  await scoring.put("work", typesKey(request.run_id), Buffer.from(JSON.stringify(run)));
  for (let lane = 0; lane < Math.min(scoring.lanes, types.length); lane++) await scoring.next(request.run_id, lane);
}

/** The types of a run that was begun. @throws Error where its work is forgotten */
export const scoredRun = async (scoring: ModelScoring, run: string): Promise<ModelledRun> =>
  ModelledRun.parse(JSON.parse((await read(scoring, typesKey(run))).toString("utf8")));

/** Begins training for the next type of a lane that has something to score. @returns what failed on the way */
export async function goOn(scoring: ModelScoring, run: ModelledRun, from: number): Promise<string[]> {
  const problems: string[] = [];
  if (from >= run.types.length) return problems;
  const sealed = await sealedRun(scoring, run);
  for (let index = from; index < run.types.length; index += scoring.lanes) {
    if (scoring.isLate()) {
      await scoring.next(run.run_id, index);
      break;
    }
    try {
      if (await train(scoring, sealed, run, index)) break;
    } catch (error) {
      if (isQuota(error)) throw error;
      problems.push(await failed(scoring, run, index, error));
    }
  }
  return problems;
}

/** Scores a type whose model is trained. */
export async function score(scoring: ModelScoring, run: ModelledRun, index: number): Promise<void> {
  const { sageMaker, jobs, lanes } = scoring;
  const model = modelRequest(jobs, run.run_id, index);
  const isNew = await unlessThere(sageMaker.send(new CreateModelCommand(model)), lanes);
  const begun = await unlessThere(
    sageMaker.send(new CreateTransformJobCommand(transformRequest(jobs, run.run_id, index))),
    lanes,
  );
  // Delivered once more after the scores were there: nobody removes the model then.
  if (isNew && !begun) await removeModel(scoring, run, index);
}

export const removeModel = ({ sageMaker, jobs }: ModelScoring, run: ModelledRun, index: number): Promise<void> =>
  unlessGone(sageMaker.send(new DeleteModelCommand({ ModelName: modelRequest(jobs, run.run_id, index).ModelName })));

/** Writes the anomalies of a type whose scores are there. */
export async function finish(scoring: ModelScoring, run: ModelledRun, index: number): Promise<void> {
  const { work, evidence } = scoring;
  const keys = workKeys(run.run_id, index);
  const { candidates, ...counts } = ModelledType.parse(
    JSON.parse(gunzipSync(await read(scoring, keys.candidates)).toString("utf8")),
  );
  const scored: string[] = [];
  for await (const { key } of work.list(`${keys.scores}/`)) scored.push(key);
  const scoresOf = async (input: string): Promise<Float64Array> => {
    const name = `/${input.split("/").at(-1)}.out`;
    const key = scored.find((each) => each.endsWith(name));
    if (!key) throw new Error(`${work.name}${keys.scores}${name} is missing`);
    return scoresIn((await read(scoring, key)).toString("utf8"));
  };
  const [scores, otherwise] = [await scoresOf(keys.rows), await scoresOf(keys.otherwise)];
  if (scores.length !== counts.resources)
    throw new Error(`${scores.length} scores of ${counts.resources} resources: they cannot be told apart`);
  const anomalies = judged(candidates, scores, otherwise, MODEL);
  if (anomalies.length) await writeModelledAnomalies(evidence, await sealedRun(scoring, run), index, anomalies);
  await conclude(scoring, run, index, { outcome: "scored", ...counts, anomalies: anomalies.length });
}

/** Records that a type could not be scored. @returns the type and why */
export async function failed(scoring: ModelScoring, run: ModelledRun, index: number, error: unknown): Promise<string> {
  const { message } = error as Error;
  await conclude(scoring, run, index, { outcome: "failed", reason: message });
  return `${run.types[index]}: ${message}`;
}

/** @returns false where there is nothing to score */
async function train(scoring: ModelScoring, sealed: SealedRun, run: ModelledRun, index: number): Promise<boolean> {
  const { evidence, work, sageMaker, jobs, lanes } = scoring;
  const keys = workKeys(run.run_id, index);
  const objects = sealed.objects
    .filter(({ resource_type }) => resource_type === run.types[index])
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const rows = await writeFeatureRows(evidence, objects, work.create(keys.rows), work.create(keys.otherwise));
  if (!rows) {
    await conclude(scoring, run, index, { outcome: "nothing-to-score" });
    return false;
  }
  await scoring.put("work", keys.candidates, gzipSync(JSON.stringify(rows)));
  await unlessThere(
    sageMaker.send(new CreateTrainingJobCommand(trainingRequest(jobs, run.run_id, index, rows.features))),
    lanes,
  );
  return true;
}

/** A repetition that scores is right where an attempt before it failed; otherwise the first outcome stands. */
async function conclude(
  scoring: ModelScoring,
  run: ModelledRun,
  index: number,
  result: Omit<ModelOutcome, "run_id" | "resource_type" | "model">,
): Promise<void> {
  const outcome: ModelOutcome = { run_id: run.run_id, resource_type: run.types[index]!, model: MODEL, ...result };
  log.info("resource type scored by SageMaker", outcome);
  const key = modelOutcomeKey(run.run_id, run.run_date, index);
  await scoring.put("evidence", key, Buffer.from(JSON.stringify(outcome)), result.outcome === "scored");
}

async function read({ work }: ModelScoring, key: string): Promise<Buffer> {
  const bytes = await work.read(key);
  if (!bytes) throw new Error(`${work.name}${key} is missing: the run's work there is forgotten after some days`);
  return Buffer.from(bytes);
}

async function sealedRun({ evidence }: ModelScoring, { run_id, run_date }: ScoredRun): Promise<SealedRun> {
  const sealed = await readSealedRun(evidence, run_id, run_date);
  if (!sealed) throw new Error(`run ${run_id} is not sealed: there is nothing to learn from`);
  return sealed;
}

const isQuota = (error: unknown): boolean => (error as Error).name === "ResourceLimitExceeded";
const isInvalid = (error: unknown, text: RegExp): boolean =>
  (error as Error).name === "ValidationException" && text.test((error as Error).message);

/** @returns false when what is to be made is there: names are never used again. @throws Error saying how to raise a quota */
async function unlessThere(request: Promise<unknown>, lanes: number): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if ((error as Error).name === "ResourceInUse" || isInvalid(error, /already exist/)) return false;
    if (isQuota(error))
      throw Object.assign(
        new Error(`${(error as Error).message} Each run needs ${lanes} instances at a time: docs/anomalies.md#quotas`),
        { name: "ResourceLimitExceeded" },
      );
    throw error;
  }
}

async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isInvalid(error, /could not find/i)) throw error;
  }
}
