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
