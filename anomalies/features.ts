/** A resource or principal of a run, with what the API says of it. */
export interface Subject {
  run_id: string;
  account_id: string;
  region: string;
  resource_id: string;
  arn: string | null;
  configuration: Readonly<Record<string, unknown>>;
  evidence_object: string;
  evidence_line: number;
}

/** One row of numbers for each subject of one resource type. */
export interface FeatureTable {
  /** Paths in the configuration, with what is measured of them. */
  names: readonly string[];
  rows: readonly Float64Array[];
  /** Each feature's median: what is usual. */
  usual: Float64Array;
}

/** What a configuration has at a path: a value, or how many elements a list has. */
type Leaf = string | number | boolean;

/** Levels that are looked into; what lies deeper is rarely a setting. */
const DEPTH = 4;
/** Texts with more different values than this share of their subjects are names, and tell nothing. */
const NAMES_FROM = 0.3;
const DATE = /^\d{4}-\d\d-\d\dT/;

/**
 * The features of the subjects of one resource type, whatever the type is:
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
export function featuresOf(subjects: readonly Subject[]): FeatureTable {
  const leaves = subjects.map(({ configuration }) => {
    const found = new Map<string, Leaf>();
    flatten(configuration, "", 0, found);
    return found;
  });
  const paths = [...new Set(leaves.flatMap((each) => [...each.keys()]))].sort();
  const names: string[] = [];
  const columns: Float64Array[] = [];
  const add = (name: string, values: Float64Array) => {
    if (values.every((value) => value === values[0])) return;
    names.push(name);
    columns.push(values);
  };
  for (const path of paths) {
    const values = leaves.map((each) => each.get(path));
    const there = values.filter((value) => value !== undefined);
    if (there.length < values.length)
      add(`${path} is there`, rarity(values.map((value) => (value === undefined ? "no" : "yes"))));
    if (there.every((value) => typeof value === "string")) {
      const isName = new Set(there).size > Math.max(4, there.length * NAMES_FROM);
      if (!isName && !there.some((value) => DATE.test(value)))
        add(path, rarity(values.map((value) => (value === undefined ? "" : String(value)))));
    } else {
      const numbers = values.map((value) => (value === undefined ? undefined : scaled(Number(value))));
      const typical = median(numbers.filter((value) => value !== undefined));
      add(
        path,
        Float64Array.from(numbers, (value) => value ?? typical),
      );
    }
  }
  const rows = subjects.map((_subject, row) => Float64Array.from(columns, (column) => column[row]!));
  return { names, rows, usual: Float64Array.from(columns, (column) => median([...column])) };
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

/** How rare each value is, in bits: -log2 of its share. */
function rarity(values: readonly string[]): Float64Array {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Float64Array.from(values, (value) => -Math.log2(counts.get(value)! / values.length));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
