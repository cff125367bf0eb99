import { featuresOf, type Subject } from "./features.ts";
import { IsolationForest } from "./isolationForest.ts";

/** A resource that is unlike the others of its type, and why. */
export interface Anomaly {
  resource_type: string;
  subject: Subject;
  /** In (0, 1). */
  score: number;
  /** What sets it apart, most first. */
  reasons: readonly Reason[];
}
export interface Reason {
  /** A path in the configuration. */
  feature: string;
  /** What the resource has there; undefined: nothing. */
  value: unknown;
  /** How much less odd it were with the usual value. */
  weight: number;
}

/** Fewer resources of a type do not show what is usual. */
export const SUBJECTS_AT_LEAST = 30;
/** Scores from which on a resource is odd, and how many deviations it must lie beyond the others of its type. */
const ODD_FROM = 0.55;
const BEYOND = 5;
const REASONS = 3;
/** Share of a type's resources up to which a value is rare. */
const RARE = 0.02;
/** Median deviations from the usual value beyond which a value is far. */
const FAR = 5;
/** A feature that counts for less is no reason. */
const WEIGHT_AT_LEAST = 0.005;

/**
 * The odd ones among the subjects of one resource type in the last of some runs. The forest is grown from the resources
 * of all of them: what has been so for long, or is so in many places, is usual.
 * @returns the oddest first; empty where there are too few to tell
 */
export function anomaliesOf(
  resourceType: string,
  subjects: readonly Subject[],
  lastRun: string,
  random: () => number,
): Anomaly[] {
  if (subjects.length < SUBJECTS_AT_LEAST) return [];
  const { names, rows, usual } = featuresOf(subjects);
  if (!names.length) return [];
  const forest = new IsolationForest(rows, random);
  const scores = rows.map((row) => forest.score(row));
  const middle = median(scores);
  const deviation = median(scores.map((score) => Math.abs(score - middle)));
  const odd = Math.max(ODD_FROM, middle + BEYOND * deviation);
  return subjects
    .flatMap((subject, index): Anomaly[] => {
      const score = scores[index]!;
      if (subject.run_id !== lastRun || score < odd) return [];
      const row = rows[index]!;
      const reasons = names
        .map((feature, at): Reason => {
          if (row[at] === usual[at] || !isRare(rows, at, row[at]!, usual[at]!))
            return { feature, value: undefined, weight: 0 };
          const otherwise = Float64Array.from(row);
          otherwise[at] = usual[at]!;
          return { feature, value: valueAt(subject.configuration, feature), weight: score - forest.score(otherwise) };
        })
        .filter(({ weight }) => weight >= WEIGHT_AT_LEAST)
        .sort((a, b) => b.weight - a.weight)
        .slice(0, REASONS);
      return reasons.length ? [{ resource_type: resourceType, subject, score, reasons }] : [];
    })
    .sort((a, b) => b.score - a.score);
}

/** What stands in a configuration where a feature was measured. */
const valueAt = (configuration: unknown, feature: string): unknown =>
  feature
    .replace(/ is there$/, "")
    .split(".")
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], configuration);

/**
 * Whether a value is far from the usual one, and few have it or one beyond it: what many have, and the end of what
 * varies anyway, are no reasons to call one of them odd.
 */
function isRare(rows: readonly Float64Array[], feature: number, value: number, usual: number): boolean {
  const away = rows.map((row) => Math.abs(row[feature]! - usual));
  if (Math.abs(value - usual) <= FAR * median(away)) return false;
  const above = rows.filter((row) => row[feature]! >= value).length;
  const below = rows.filter((row) => row[feature]! <= value).length;
  return Math.min(above, below) <= Math.max(2, rows.length * RARE);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
