import * as z from "zod";
import { REASONS } from "./anomalies.ts";
import type { Anomaly, AnomalyModel } from "./anomaly.ts";
import type { FeatureSpace, Observation } from "./features.ts";

const Value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Subject = z.object({
  run_id: z.string(),
  account_id: z.string(),
  region: z.string(),
  resource_type: z.string(),
  resource_id: z.string(),
  arn: z.string().nullable(),
  name: z.string().nullable(),
  evidence_object: z.string(),
  evidence_line: z.number(),
});

/**
 * A resource that could turn out to be odd, as long as a model elsewhere has not scored it: what has no rare value is
 * not told of, whatever its score.
 */
export const Candidate = z.object({
  subject: Subject,
  /** Place of its row among those of all resources, from 0. */
  row: z.number().int().nonnegative(),
  /** What could set it apart; each has a row of its own, which is the resource's with the usual value in that place. */
  reasons: z.array(z.object({ feature: z.string(), value: Value, usual: Value, share: z.number() })),
  /** Place of the first of these rows, from 0; the others follow. */
  otherwise: z.number().int().nonnegative(),
});
export type Candidate = z.infer<typeof Candidate>;

/** Of common practice: so many standard deviations beyond the mean. @see https://docs.aws.amazon.com/sagemaker/latest/dg/randomcutforest.html */
const DEVIATIONS = 3;
/** A feature that counts for less of the score is no reason. */
const WEIGHT_AT_LEAST = 0.01;

/** @returns undefined where no value is rare; and the rows to be scored for its reasons */
export function candidateOf(
  { usual, reasonsOf }: FeatureSpace,
  observed: Observation,
  numbers: Float64Array,
  row: number,
  otherwise: number,
): { candidate: Candidate; rows: Float64Array[] } | undefined {
  const found = reasonsOf(observed);
  if (!found.length) return undefined;
  const { configuration: _configuration, unread: _unread, ...subject } = observed;
  const rows = found.map(({ at }) => {
    const changed = Float64Array.from(numbers);
    changed[at] = usual[at]!;
    return changed;
  });
  return { candidate: { subject, row, reasons: found.map(({ reason }) => reason), otherwise }, rows };
}

/**
 * The candidates that are odd by a model's scores, the oddest first.
 * @param scores of all resources' rows
 * @param otherwise scores of the candidates' rows with usual values
 * @throws Error where a row has no score
 */
export function judged(
  candidates: readonly Candidate[],
  scores: ArrayLike<number>,
  otherwise: ArrayLike<number>,
  model: AnomalyModel,
): Anomaly[] {
  const all = Array.from(scores);
  const mean = all.reduce((sum, score) => sum + score, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((sum, score) => sum + (score - mean) ** 2, 0) / all.length);
  const odd = mean + DEVIATIONS * deviation;
  return candidates
    .flatMap((candidate): Anomaly[] => {
      const score = scores[candidate.row];
      if (score === undefined) throw new Error(`row ${candidate.row} has no score`);
      if (score < odd) return [];
      const reasons = candidate.reasons
        .map((reason, index) => {
          const with_usual = otherwise[candidate.otherwise + index];
          if (with_usual === undefined) throw new Error(`row ${candidate.otherwise + index} has no score`);
          return { reason, weight: (score - with_usual) / score };
        })
        .filter(({ weight }) => weight >= WEIGHT_AT_LEAST)
        .sort((a, b) => b.weight - a.weight)
        .slice(0, REASONS)
        .map(({ reason }) => reason);
      return reasons.length ? [{ ...candidate.subject, model, score: Number(score.toFixed(4)), reasons }] : [];
    })
    .sort((a, b) => b.score - a.score);
}
