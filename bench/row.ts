/** One line of the table: a ratio of two things measured in one run, and what it was measured by. */
export interface Line {
  what: string;
  /** The ratio as it is read, `12.3 ×`, or the quantity where there is nothing to compare with. */
  measured: string;
  /** What it is to be, and whether it is. */
  target?: { text: string; met: boolean };
  /** The quantities behind it. */
  from: string;
}

/** A row of the bench, which has a file of its own in `rows/`. */
export interface Row {
  /** As `--only` takes it. */
  name: string;
  title: string;
  measure: () => Promise<Line[]>;
}

/** The row cannot be measured on this machine; the message says why. */
export class NotHere extends Error {}

/** What was measured cannot be set against each other; the message says why. The bench fails by it. */
export class NotComparable extends Error {}

export const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
export const times = (ratio: number): string => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1)} ×`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
