import type { Anomaly } from "./anomaly.ts";
import { learn, type Observation } from "./features.ts";
import { IsolationForest } from "./isolationForest.ts";
import { randomOf } from "./random.ts";

/** Fewer resources of a type do not show what is usual. */
export const OBSERVATIONS_AT_LEAST = 30;
/** Scores from which on a resource is odd, and how many deviations it must lie beyond the others of its type. */
const ODD_FROM = 0.55;
const BEYOND = 5;
/** Told of an anomaly at most. */
export const REASONS = 3;
/** A feature that counts for less of the score is no reason. */
const WEIGHT_AT_LEAST = 0.005;

/** Tells of a resource of a type whether it is odd. */
export type Judge = (observed: Observation) => Anomaly | undefined;

/**
 * Learns what is usual from resources of one type. The same ones, in the same order, judge the same.
 * @returns undefined where there are too few to tell, or all are alike
 */
export function judgeFrom(resourceType: string, observations: readonly Observation[]): Judge | undefined {
  if (observations.length < OBSERVATIONS_AT_LEAST) return undefined;
  const { names, rowOf, usual, reasonsOf } = learn(observations);
  if (!names.length) return undefined;
  const rows = observations.map(rowOf);
  const forest = new IsolationForest(rows, randomOf(resourceType));
  const scores = rows.map((row) => forest.score(row));
  const middle = median(scores);
  const odd = Math.max(ODD_FROM, middle + BEYOND * median(scores.map((score) => Math.abs(score - middle))));
  return (observed) => {
    const row = rowOf(observed);
    const score = forest.score(row);
    if (score < odd) return undefined;
    // How much less odd it were with the usual value.
    const weightOf = (at: number): number => {
      const otherwise = Float64Array.from(row);
      otherwise[at] = usual[at]!;
      return score - forest.score(otherwise);
    };
    const reasons = reasonsOf(observed)
      .map(({ at, reason }) => ({ reason, weight: weightOf(at) }))
      .filter(({ weight }) => weight >= WEIGHT_AT_LEAST)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, REASONS)
      .map(({ reason }) => reason);
    if (!reasons.length) return undefined;
    const { configuration: _configuration, unread: _unread, ...subject } = observed;
    return { ...subject, model: "isolation-forest", score: Number(score.toFixed(4)), reasons };
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
