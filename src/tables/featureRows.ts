import { OBSERVATIONS_AT_LEAST } from "../anomalies/anomalies.ts";
import { type Candidate, candidateOf } from "../anomalies/candidates.ts";
import { csvLine, learn } from "../anomalies/features.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { observedIn } from "./anomalyRows.ts";
import type { Objects, Sink } from "./objects.ts";

/** What a model elsewhere is given of the resources of one type. */
export interface FeatureRows {
  /** Numbers in a row. */
  features: number;
  /** Rows of resources. */
  resources: number;
  candidates: Candidate[];
}

/** Bytes of lines that are written together. */
const PORTION = 64 * 1024;
/** What a model takes. @see https://docs.aws.amazon.com/sagemaker/latest/dg/rcf_hyperparameters.html */
const FEATURES_AT_MOST = 10_000;
/** Rare values of a type; memory holds whom they are of. */
export const REASONS_AT_MOST = 200_000;

/**
 * Writes the resources of one type as rows of numbers: what a model is trained with, and, for each rare value, the same
 * row with the usual one in its place. Memory holds what is learnt from and the candidates, however many there are.
 * @param rows a line for each resource @param otherwise a line for each reason of a candidate, in their order
 * @returns undefined where there is nothing to score: too few resources, all alike, or none with a rare value
 * @throws EvidenceError; Error where there is more than a model takes or memory holds
 */
export async function writeFeatureRows(
  objects: Objects,
  evidence: readonly EvidenceObject[],
  rows: Sink,
  otherwise: Sink,
  learntFrom?: number,
): Promise<FeatureRows | undefined> {
  const { learnt, all } = await observedIn(objects, evidence, learntFrom);
  if (learnt.length < OBSERVATIONS_AT_LEAST) return undefined;
  const space = learn(learnt);
  const features = space.names.length;
  if (!features) return undefined;
  if (features > FEATURES_AT_MOST) throw new Error(`${features} features, and a model takes ${FEATURES_AT_MOST}`);
  const candidates: Candidate[] = [];
  const [inRows, inOtherwise] = [lines(rows), lines(otherwise)];
  for await (const observed of all()) {
    const row = space.rowOf(observed);
    const found = candidateOf(space, observed, row, inRows.count, inOtherwise.count);
    await inRows.write(csvLine(row));
    if (!found) continue;
    candidates.push(found.candidate);
    for (const each of found.rows) await inOtherwise.write(csvLine(each));
    if (inOtherwise.count > REASONS_AT_MOST)
      throw new Error(`more than ${REASONS_AT_MOST} rare values: what is usual of these resources does not show`);
  }
  if (!candidates.length) return undefined;
  await Promise.all([inRows.finish(), inOtherwise.finish()]);
  return { features, resources: inRows.count, candidates };
}

/** Lines of text that go into a sink, some at a time. */
function lines(sink: Sink) {
  let waiting: string[] = [];
  let characters = 0;
  const send = async () => {
    const bytes = Buffer.from(waiting.join(""));
    waiting = [];
    characters = 0;
    if (bytes.length) await sink.write(bytes);
  };
  return {
    count: 0,
    async write(line: string) {
      this.count++;
      waiting.push(`${line}\n`);
      characters += line.length;
      if (characters >= PORTION) await send();
    },
    async finish() {
      await send();
      await sink.finish();
    },
  };
}
