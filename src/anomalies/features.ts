import type { Reason, Subject } from "./anomaly.ts";

/** A resource or principal with what the API says of it. */
export interface Observation extends Subject {
  configuration: Readonly<Record<string, unknown>>;
  /** Members of the configuration that could not be read: what is not known is not odd. */
  unread: readonly string[];
}

/** What some resources of one type teach of all of them: how each becomes a row of numbers, and what is usual. */
export interface FeatureSpace {
  /** Paths in the configuration, with what is measured of them; empty where all resources are alike. */
  names: readonly string[];
  /** A number for each feature. */
  rowOf(observed: Observation): Float64Array;
  /** A row of what is usual: each feature's median. */
  usual: Float64Array;
  /** What may set a resource apart, with the feature's place: where its value is both rare and far from the usual one. */
  reasonsOf(observed: Observation): { at: number; reason: Reason }[];
}

/** Rows for a model elsewhere: comma-separated numbers without a header, as SageMaker's own models read them. */
export const csvLine = (row: Float64Array): string => row.join(",");

/** What a configuration has at a path: a value, or how many elements a list has. */
type Leaf = string | number | boolean;

interface Feature {
  name: string;
  path: string;
  measure(leaf: Leaf | undefined): number;
  /** What a reason tells of a resource that has this. */
  shown(leaf: Leaf | undefined): Reason["value"];
  /** How many of those learnt from have this text; undefined of a number, which is as rare as what lies beyond it. */
  count?: (leaf: Leaf | undefined) => number;
  usual: number;
  usualShown: Reason["value"];
  /** What those learnt from have, in order. */
  sorted: Float64Array;
  /** Median distance from the usual. */
  spread: number;
}

/** Levels that are looked into; what lies deeper is rarely a setting. */
const DEPTH = 4;
/** Texts with more different values than this share of their subjects are names, and tell nothing. */
const NAMES_FROM = 0.3;
const DATE = /^\d{4}-\d\d-\d\dT/;
/** Share of a type's resources up to which a value is rare. */
const RARE = 0.02;
/** Median deviations from the usual value beyond which a value is far. */
const FAR = 5;

/**
 * The features of the resources of one type, whatever the type is:
 *
 * | in the configuration  | feature                                                                           |
 * | --------------------- | --------------------------------------------------------------------------------- |
 * | true, false           | 1, 0                                                                              |
 * | a number              | its logarithm, with its sign                                                      |
 * | a text                | how rare the value is among the subjects, in bits; names, ids and dates are left out |
 * | a list                | how many elements it has                                                          |
 * | nothing, where others have something | how rare that is, in bits                                          |
 *
 * What is the same everywhere is no feature.
 */
export function learn(observations: readonly Observation[]): FeatureSpace {
  const all = observations.map((observed) => ({ leaves: leavesOf(observed), unread: observed.unread }));
  const paths = [...new Set(all.flatMap(({ leaves }) => [...leaves.keys()]))].sort();
  const features = paths.flatMap((path) =>
    featuresAt(
      path,
      all.filter(({ unread }) => !isUnread(path, unread)).map(({ leaves }) => leaves.get(path)),
    ),
  );
  return {
    names: features.map(({ name }) => name),
    usual: Float64Array.from(features, ({ usual }) => usual),
    rowOf: (observed) => {
      const leaves = leavesOf(observed);
      return Float64Array.from(features, ({ path, measure, usual }) =>
        isUnread(path, observed.unread) ? usual : measure(leaves.get(path)),
      );
    },
    reasonsOf: (observed) => {
      const leaves = leavesOf(observed);
      return features.flatMap((feature, at) => {
        const reason = isUnread(feature.path, observed.unread)
          ? undefined
          : reasonOf(feature, leaves.get(feature.path));
        return reason ? [{ at, reason }] : [];
      });
    },
  };
}

/** A feature for the value, and one for its being there; none where it is the same everywhere. */
function featuresAt(path: string, values: readonly (Leaf | undefined)[]): Feature[] {
  const there = values.filter((value) => value !== undefined);
  const presence = textFeature(
    { name: `${path} is there`, path },
    values,
    (leaf) => String(leaf !== undefined),
    (leaf) => leaf !== undefined,
  );
  if (!there.every((value) => typeof value === "string"))
    return [presence, numberFeature(path, values, there)].filter(varies);
  const isName = new Set(there).size > Math.max(4, there.length * NAMES_FROM);
  if (isName || there.some((value) => DATE.test(value))) return [presence].filter(varies);
  const value = textFeature(
    { name: path, path },
    values,
    (leaf) => String(leaf ?? ""),
    (leaf) => leaf ?? null,
  );
  return [presence, value].filter(varies);
}

const varies = ({ sorted }: Feature): boolean => sorted.length > 1 && sorted[0] !== sorted.at(-1);

function textFeature(
  named: Pick<Feature, "name" | "path">,
  values: readonly (Leaf | undefined)[],
  textOf: (leaf: Leaf | undefined) => string,
  shown: Feature["shown"],
): Feature {
  const counts = new Map<string, number>();
  const samples = new Map<string, Leaf | undefined>();
  for (const value of values) {
    const text = textOf(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    samples.set(text, value);
  }
  const most = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? "";
  // What nobody learnt from has is as rare as what one has.
  const count = (leaf: Leaf | undefined) => counts.get(textOf(leaf)) ?? 1;
  const measure = (leaf: Leaf | undefined) => -Math.log2(count(leaf) / values.length);
  return { ...named, measure, shown, count, usualShown: shown(samples.get(most)), ...spreadOf(values.map(measure)) };
}

function numberFeature(path: string, values: readonly (Leaf | undefined)[], there: readonly Leaf[]): Feature {
  const typical = middle([...there].sort((a, b) => Number(a) - Number(b)));
  const measure = (leaf: Leaf | undefined) => scaled(Number(leaf ?? typical));
  return {
    name: path,
    path,
    measure,
    shown: (leaf) => leaf ?? null,
    usualShown: typical ?? null,
    ...spreadOf(values.map(measure)),
  };
}

function spreadOf(values: readonly number[]): Pick<Feature, "usual" | "sorted" | "spread"> {
  const sorted = Float64Array.from(values).sort();
  const usual = middle(sorted) ?? 0;
  return { usual, sorted, spread: middle(sorted.map((value) => Math.abs(value - usual)).sort()) ?? 0 };
}

const middle = <T>(sorted: { readonly length: number; readonly [at: number]: T }): T | undefined =>
  sorted[Math.floor(sorted.length / 2)];

/**
 * What many have, and the end of what varies anyway, are no reasons to call one of them odd: the value must be far from
 * the usual one, and few may have it or one beyond it.
 */
function reasonOf({ name, measure, shown, count, usual, usualShown, sorted, spread }: Feature, leaf: Leaf | undefined) {
  const value = measure(leaf);
  if (value === usual || Math.abs(value - usual) <= FAR * spread) return undefined;
  const beyond = Math.min(from(sorted, value), sorted.length - above(sorted, value));
  if (beyond > Math.max(2, sorted.length * RARE)) return undefined;
  const share = Math.max(1, count?.(leaf) ?? beyond) / sorted.length;
  return { feature: name, value: shown(leaf), usual: usualShown, share };
}

/** How many of an ordered list are at least this. */
const from = (sorted: Float64Array, value: number): number =>
  sorted.length - firstIndex(sorted, (each) => each >= value);
/** How many of an ordered list are more than this. */
const above = (sorted: Float64Array, value: number): number =>
  sorted.length - firstIndex(sorted, (each) => each > value);

function firstIndex(sorted: Float64Array, is: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const half = (low + high) >> 1;
    if (is(sorted[half]!)) high = half;
    else low = half + 1;
  }
  return low;
}

const isUnread = (path: string, unread: readonly string[]): boolean =>
  unread.length > 0 && unread.some((member) => path === member || path.startsWith(`${member}.`));

/** What is in a resource's own account or region is there usually, wherever it is: the zone `us-west-2a`, a role's ARN. */
function leavesOf({ configuration, account_id, region }: Observation): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  flatten(configuration, "", 0, found);
  for (const [path, leaf] of found)
    if (typeof leaf === "string")
      found.set(path, leaf.replaceAll(region, "{region}").replaceAll(account_id, "{account}"));
  return found;
}

function flatten(value: unknown, path: string, depth: number, into: Map<string, Leaf>): void {
  if (Array.isArray(value)) into.set(`${path}.length`, value.length);
  else if (value !== null && typeof value === "object") {
    if (depth < DEPTH)
      for (const [name, each] of Object.entries(value)) flatten(each, path ? `${path}.${name}` : name, depth + 1, into);
  } else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    into.set(path, value);
}

const scaled = (value: number): number => (Number.isFinite(value) ? Math.sign(value) * Math.log1p(Math.abs(value)) : 0);
