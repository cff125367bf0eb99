import type { Difference } from "../query/diff.ts";
import type { Changes, Report, ReportedControl } from "./model.ts";

/** A column whose values repeat: each once, and for each row where it is among them. */
export interface Words {
  words: readonly string[];
  at: readonly number[];
}

/**
 * A column of ARNs, which repeat the row's other columns: 0, 1 and 2 in a form stand for its account, region and
 * resource id. An empty form is no ARN.
 */
export interface Forms {
  forms: readonly (readonly (string | number)[])[];
  at: readonly number[];
}

/** Findings by column: 100,000 of them are a few megabytes, and quick to read. */
export interface FindingColumns {
  rows: number;
  /** Places in the report's controls. */
  control: readonly number[];
  status: Words;
  account: Words;
  /** Empty: the account as a whole. */
  region: Words;
  type: Words;
  /** Null where what was not collected is not known one by one. */
  id: readonly (string | null)[];
  /** By row, where the resource has a name that is not its id. */
  name: Readonly<Record<number, string>>;
  arn: Forms;
  note: Words;
  /** `key` and SHA-256 of evidence objects, with a space between: of each finding its lines, one after the other. */
  evidence: Words;
  line: readonly number[];
  /** How many of these lines are each finding's. */
  lines: readonly number[];
}

/** What the page is given: the report with its long lists packed. */
export interface PageData extends Omit<Report, "findings" | "inventory" | "controls" | "changes"> {
  controls: readonly ReportedControl[];
  findings: FindingColumns;
  /** Findings that the report has, shown or not. */
  findings_in_all: number;
  /** The findings of each control that are shown, the first of it; left out where all are. */
  findings_of_each_control?: number;
  inventory: { type: Words; account: Words; region: Words; items: readonly number[] };
  changes: (Omit<Changes, "differences"> & { differences: readonly PageChange[] }) | null;
}

/** A difference as the page shows it, values already cut to what fits. */
export interface PageChange {
  kind: Difference["kind"];
  type: string;
  account: string;
  region: string;
  id: string;
  /** The id, where it has no other. */
  name: string;
  arn: string | null;
  /** `MultiAZ: false → true`, a line each. */
  lines: readonly string[];
}
