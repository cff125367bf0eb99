import type { Anomaly } from "./anomaly.ts";
import { learn, type Observation } from "./features.ts";
import { IsolationForest } from "./isolationForest.ts";
import { randomOf } from "./random.ts";

/** Fewer resources of a type do not show what is usual. */
export const OBSERVATIONS_AT_LEAST = 30;
/** How much odder than with the usual values in the place of its rare ones a resource must be. */
const ODD_FROM = 0.06;
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
  return (observed) => {
    const reasons = reasonsOf(observed);
    if (!reasons.length) return undefined;
    const row = rowOf(observed);
    const oddness = forest.score(row);
    const beyondUsual = (values: readonly number[]): number => {
      const otherwise = Float64Array.from(row);
      for (const at of values) otherwise[at] = usual[at]!;
      return oddness - forest.score(otherwise);
    };
    const score = beyondUsual(reasons.map(({ at }) => at));
    if (score < ODD_FROM) return undefined;
    const weighed = reasons
      .map(({ at, reason }) => ({ reason, weight: beyondUsual([at]) }))
      .sort((a, b) => b.weight - a.weight);
    // Of features that say the same each alone may count for nothing.
    const strongest = weighed.filter(({ weight }, index) => index === 0 || weight >= WEIGHT_AT_LEAST).slice(0, REASONS);
    const { configuration: _configuration, unread: _unread, ...subject } = observed;
    return {
      ...subject,
      model: "isolation-forest",
      score: Number(score.toFixed(4)),
      reasons: strongest.map(({ reason }) => reason),
    };
  };
}
