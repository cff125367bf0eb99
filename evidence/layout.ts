/** Every key in the evidence bucket. Nothing else in the project builds or takes apart a key. */

/** `AWS::RDS::DBInstance` → `aws_rds_dbinstance`: the resource type as a folder and a table name. */
export const resourceTypeName = (resourceType: string): string => resourceType.toLowerCase().replaceAll("::", "_");

/** The folder of one resource type's evidence; an auditor's role may write below those of its own types only. */
export const evidencePrefix = (resourceType: string): string =>
  `evidence/resource_type=${resourceTypeName(resourceType)}/`;

/** Where an attempt at a task writes its items of one resource type. */
export const evidenceKey = (resourceType: string, run: string, date: string, task: string, attempt: string): string =>
  `${evidencePrefix(resourceType)}run_date=${date}/${run}-${task}-${attempt}.ndjson.gz`;

const runPrefix = (run: string, date: string): string => `runs/run_date=${date}/run_id=${run}/`;

export const planKey = (run: string, date: string): string => `${runPrefix(run, date)}plan.json`;

export const outcomesPrefix = (run: string, date: string): string => `${runPrefix(run, date)}outcomes/`;

/** The commit of a task: the first attempt to write it wins. */
export const outcomeKey = (run: string, date: string, task: string): string =>
  `${outcomesPrefix(run, date)}${task}.json`;

export const manifestKey = (run: string, date: string): string => `${runPrefix(run, date)}manifest.json`;

/** The day of a run, UTC, from its id (a ULID starts with its time). */
export const runDate = (startedAt: string): string => startedAt.slice(0, 10);

/** Everything derived from sealed evidence: rebuildable, and never evidence itself. */
export const TABLES_PREFIX = "tables/";

/** The folder of a table's files, a day in each; `table` is a resource type's name or that of a table about runs. */
export const tablePrefix = (table: string): string => `${TABLES_PREFIX}${table}/`;

/** A run's file of a table; `part` counts from 1, and a run rarely has more than one. */
export const tableKey = (table: string, run: string, date: string, part = 1): string =>
  `${tablePrefix(table)}run_date=${date}/${run}${part === 1 ? "" : `-${part}`}.parquet`;

/** The table, day and run of a table's file; undefined for any other key. */
export function tableFileOf(key: string): { table: string; date: string; run: string; part: number } | undefined {
  const match = /^tables\/([a-z0-9_]+)\/run_date=(\d{4}-\d\d-\d\d)\/([0-9A-Z]{26})(?:-(\d+))?\.parquet$/.exec(key);
  return match ? { table: match[1]!, date: match[2]!, run: match[3]!, part: Number(match[4] ?? 1) } : undefined;
}

/** The folder that holds the last sealed run's rows of a table, and nothing else. */
export const latestPrefix = (table: string): string => `${TABLES_PREFIX}latest/${table}/`;

export const latestKey = (table: string, part = 1): string => `${latestPrefix(table)}${part}.parquet`;

/** Which run the latest tables are of. */
export const LATEST_KEY = `${TABLES_PREFIX}latest/run.json`;

/** The day and the id of a run, from the key of its manifest; undefined for any other key. */
export function runOfManifestKey(key: string): { date: string; run: string } | undefined {
  const match = /^runs\/run_date=(\d{4}-\d\d-\d\d)\/run_id=([0-9A-Z]{26})\/manifest\.json$/.exec(key);
  return match ? { date: match[1]!, run: match[2]! } : undefined;
}

export const RUNS_PREFIX = "runs/";
