import { decodeTime } from "ulid";
import type { Control } from "../controls/control.ts";
import type { Exceptions } from "../controls/exceptions.ts";
import { coverage } from "../evidence/coverage.ts";
import type { TrustedKeys } from "../evidence/publicKeys.ts";
import type { EvidenceSource } from "../evidence/source.ts";
import { type Notice, type Violation, verify } from "../evidence/verify.ts";
import { type Difference, differences, mustHaveTables } from "../query/diff.ts";
import type { DuckDBEngine } from "../query/duckdb.ts";
import { rowsOf } from "../query/engine.ts";
import { anomaliesIn, type ProvenAnomaly } from "../query/readAnomalies.ts";
import { type Catalog, RUN_TABLES } from "../tables/catalog.ts";
import type { SealedRun } from "../tables/sealedRun.ts";
import { assess } from "./assess.ts";
import type { Anomalies, Changes, Integrity, InventoryRow, Report, ReportedRun } from "./model.ts";

export interface Gathering {
  source: EvidenceSource;
  keys: TrustedKeys;
  keysGiven: boolean;
  sealed: SealedRun;
  /** Whose latest run is the sealed one. */
  engine: DuckDBEngine;
  catalog: Catalog;
  /** The run to compare with; undefined: none. */
  since: string | undefined;
  controls: readonly Control[];
  exceptions: Exceptions;
  now: Date;
  toolVersion: string;
  progress?: (text: string, done?: number, of?: number) => void;
}

/** Violations, notices, anomalies and differences of a report at most; their numbers are always whole. */
export const LISTED_AT_MOST = { integrity: 1_000, anomalies: 1_000, changes: 10_000 };

/** Brings together all that a report says. @throws DiffError when a run has no tables */
export async function gather(from: Gathering): Promise<Report> {
  const { engine, sealed, progress = () => undefined } = from;
  mustHaveTables(engine, [sealed.run, ...(from.since ? [from.since] : [])]);
  const integrity = await integrityOf(from, progress);
  const { controls, findings } = await assess(engine, from.controls, from.exceptions, progress);
  progress("counting resources and anomalies");
  const inventory = await inventoryOf(engine, sealed.run);
  return {
    generated_at: from.now.toISOString(),
    tool_version: from.toolVersion,
    run: runOf(sealed),
    integrity,
    coverage: await coverage(sealed.outcomes(), sealed.plan.auditors),
    excluded: sealed.plan.excluded,
    inventory,
    controls,
    findings,
    anomalies: await anomaliesOf(engine, sealed.run),
    changes: from.since ? await changesOf(from, from.since, progress) : undefined,
  };
}

const runOf = ({ run, plan, manifest, manifestKey, manifestSha256 }: SealedRun): ReportedRun => ({
  run_id: run,
  started_at: plan.started_at,
  sealed_at: manifest.sealed_at,
  requested_by: plan.desk ? `${plan.desk.caller_arn}, from a desk` : plan.requested_by,
  complete: manifest.complete,
  accounts: plan.accounts.length,
  auditors: plan.auditors.map(({ name }) => name),
  regions: plan.regions,
  narrowed: plan.narrowed ?? [],
  planned: manifest.totals.planned,
  items: manifest.totals.items,
  objects: manifest.totals.objects,
  bytes: manifest.totals.bytes,
  manifest_key: manifestKey,
  manifest_sha256: manifestSha256,
});

async function integrityOf(
  { source, keys, keysGiven, sealed: { run, date } }: Gathering,
  progress: (text: string, done?: number) => void,
): Promise<Integrity> {
  const findings: (Violation | Notice)[] = [];
  const keep = (finding: Violation | Notice) => {
    if (findings.length < LISTED_AT_MOST.integrity) findings.push(finding);
  };
  const verdict = await verify({
    source,
    keys,
    run: { run, date },
    violation: keep,
    notice: keep,
    progress: (checked) => progress("verifying the evidence and its seal", checked),
  });
  return { ...verdict, holds: verdict.violations === 0, key: keysGiven ? "given" : "beside", findings };
}

/** When a run started, which its id tells. */
const startOf = (run: string): string => new Date(decodeTime(run)).toISOString();

async function inventoryOf(engine: DuckDBEngine, run: string): Promise<InventoryRow[]> {
  await engine.view("report_resources", RUN_TABLES.resources, run);
  const answer = await engine.query(
    `SELECT resource_type, account_id, region, count(*) AS items FROM report_resources GROUP BY ALL ORDER BY ALL`,
  );
  return (await rowsOf(answer)) as unknown as InventoryRow[];
}

async function anomaliesOf(engine: DuckDBEngine, run: string): Promise<Anomalies | undefined> {
  const found = await anomaliesIn(engine, run);
  if (!found) return undefined;
  const listed: ProvenAnomaly[] = [];
  let count = 0;
  for await (const each of found) {
    count += 1;
    if (listed.length < LISTED_AT_MOST.anomalies) listed.push(each);
  }
  return { count, listed };
}

async function changesOf(
  { engine, catalog, sealed }: Gathering,
  since: string,
  progress: (text: string) => void,
): Promise<Changes> {
  const counts = { added: 0, removed: 0, changed: 0, "not observed": 0 };
  const shown: Difference[] = [];
  progress("comparing with the run before");
  for await (const each of differences(engine, since, sealed.run, { catalog })) {
    counts[each.kind] += 1;
    if (shown.length < LISTED_AT_MOST.changes) shown.push(each);
  }
  return { since, since_started_at: startOf(since), counts, differences: shown };
}
