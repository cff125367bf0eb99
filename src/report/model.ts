import type { Control } from "../controls/control.ts";
import type { Verdict, VerdictCounts, VerdictStatus } from "../controls/verdict.ts";
import type { Coverage } from "../evidence/coverage.ts";
import type * as verification from "../evidence/verify.ts";
import type { Difference } from "../query/diff.ts";
import type { ProvenAnomaly } from "../query/readAnomalies.ts";

/** Everything that a report says about a run, before it has a format. */
export interface Report {
  /** ISO 8601 UTC. */
  generated_at: string;
  tool_version: string;
  run: ReportedRun;
  integrity: Integrity;
  coverage: readonly Coverage[];
  /** Accounts that were left out of the run, and why. */
  excluded: readonly { account_id: string; reason: string }[];
  inventory: readonly InventoryRow[];
  controls: readonly ReportedControl[];
  findings: Findings;
  /** Undefined: the run's tables were derived by a version that did not look for any. */
  anomalies: Anomalies | undefined;
  /** Undefined: there is no run before it that has tables. */
  changes: Changes | undefined;
}

export interface ReportedRun {
  run_id: string;
  started_at: string;
  sealed_at: string;
  requested_by: string;
  /** False: sealed by name without some of its tasks. */
  complete: boolean;
  accounts: number;
  auditors: readonly string[];
  regions: readonly string[];
  /** What there is more of than the run was asked for: accounts, auditors, regions. */
  narrowed: readonly string[];
  /** Planned (auditor, account, region). */
  planned: number;
  items: number;
  objects: number;
  bytes: number;
  manifest_key: string;
  manifest_sha256: string;
}

/** What verifying the run came to. */
export interface Integrity extends verification.Verdict {
  holds: boolean;
  /** Whether the reader gave the public key, or it came from the bucket of the evidence (`beside`). */
  key: "given" | "beside";
  /** The first of the violations and notices. */
  findings: readonly (verification.Violation | verification.Notice)[];
}

export interface InventoryRow {
  resource_type: string;
  account_id: string;
  region: string;
  items: number;
}

/** A control with what came of it. */
export interface ReportedControl
  extends Pick<Control, "id" | "title" | "severity" | "resource" | "rationale" | "remedy" | "sql" | "sha256"> {
  /** Numbers in a framework, by its title. */
  mappings: Readonly<Record<string, readonly string[]>>;
  /** Of these, what the control does not ask: by the framework's title and the number, as `title number`. */
  in_part: Readonly<Record<string, string>>;
  /** The worst of its verdicts; `not-evaluated`: there are none, because its query could not be answered. */
  status: VerdictStatus | "not-evaluated";
  /** Why it was not evaluated. */
  not_evaluated?: string;
  verdicts: VerdictCounts;
}

/** Verdicts that are reported one by one. */
export const FINDING_STATUSES = ["fail", "unknown", "excepted"] as const satisfies readonly VerdictStatus[];
export type Finding = Verdict & { status: (typeof FINDING_STATUSES)[number] };

/**
 * What fails, is not known or excepted, in this order and the severe first. What passes is counted with its control.
 * There may be millions: they come in portions, are asked for anew each time that they are read, and nobody holds them
 * all. Where it is said how many of each control, the first so many of it come, and no others.
 */
export type Findings = (ofEachControl?: number) => AsyncIterable<readonly Finding[]>;

/** Findings of a control, or of several. */
export const foundBy = (...controls: readonly Pick<ReportedControl, "verdicts">[]): number =>
  controls.reduce((sum, { verdicts }) => sum + FINDING_STATUSES.reduce((all, status) => all + verdicts[status], 0), 0);

/** Anomalies. An anomaly is not a failure: these are no findings, and of no status. */
export interface Anomalies {
  count: number;
  /** The first of them, the oddest first. */
  listed: readonly ProvenAnomaly[];
}

export interface Changes {
  /** The run before, and when it started. */
  since: string;
  since_started_at: string;
  counts: Readonly<Record<Difference["kind"], number>>;
  /** The first of them. */
  differences: readonly Difference[];
}
