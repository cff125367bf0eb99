/**
 * Every key in the evidence bucket. Nothing else in the project builds or takes apart a key.
 *
 * ```
 * evidence/resource_type=<type>/run_date=<day>/<run>-<task>-<attempt>.ndjson.gz
 * runs/run_date=<day>/run_id=<run>/plan.json                what is to be covered
 *                                  outcomes/<task>.json     the commit of a task: its outcomes, and the objects that count
 *                                  finished/tasks/<group or task>/<task>.json   } nothing of a task, of a group, is to
 *                                  finished/groups/<group>.json                 } come: how the last one out knows itself
 *                                  sealing/<number>.json    which sealer reads the commits, and until when it may
 *                                  manifest.json            the seal: hashes of plan and commits, totals, sequence number
 *                                  manifest.sig             its signature (DER)
 *                                  manifest.intoto.json     the same as a signed in-toto statement
 *                                  timestamps/<host>.tsr    when an authority saw the manifest (RFC 3161)
 * log/checkpoints/<sequence>.txt                            the chain's state, as witnesses cosigned it
 * log/leaves/<first>-<last>.txt                             hashes of manifests: what that state is made over
 * runs/chain/<sequence>.json                                which run has this sequence number
 * keys/<SHA-256>.pem                                        public keys that manifests are signed with
 * keys/hand-overs/<sequence>.json                           from this number on another key signs: signed by both
 * hints/durations.json                                      what the last whole run took: for the order of the next, no evidence
 * ```
 *
 * The manifest is a tree of hashes: it names each task's commit with its SHA-256, and the commit names each object
 * with its own. So it stays small (about 300 bytes a task) however many accounts, regions and resources a run has.
 */

/** `AWS::RDS::DBInstance` → `aws_rds_dbinstance`: the resource type as a folder and a table name. */
export const resourceTypeName = (resourceType: string): string => resourceType.toLowerCase().replaceAll("::", "_");

export const EVIDENCE_PREFIX = "evidence/";

/** The folder of one resource type's evidence. */
export const evidencePrefix = (resourceType: string): string =>
  `${EVIDENCE_PREFIX}resource_type=${resourceTypeName(resourceType)}/`;

/**
 * What the keys of some types' evidence start with: for each the fewest letters after its service by which no other
 * type's start, so that a role with many types has few patterns and nobody else's folder.
 */
export function evidencePrefixes(resourceTypes: readonly string[], others: readonly string[]): string[] {
  const foreign = others.filter((type) => !resourceTypes.includes(type)).map(evidencePrefix);
  const shortest = (type: string): string => {
    const whole = evidencePrefix(type);
    const [, company, service] = /^(\w+)::(\w+)::/.exec(type) ?? [];
    let length = `${EVIDENCE_PREFIX}resource_type=${company}_${service}_`.length;
    while (length < whole.length && foreign.some((each) => each.startsWith(whole.slice(0, length)))) length++;
    return whole.slice(0, length);
  };
  const covering = new Map<string, string[]>();
  for (const type of resourceTypes) covering.set(shortest(type), [...(covering.get(shortest(type)) ?? []), type]);
  // Letters that save nothing are not left out.
  const all = [...covering].map(([prefix, types]) => (types.length > 1 ? prefix : evidencePrefix(types[0]!))).sort();
  return all.filter((each) => !all.some((other) => other !== each && each.startsWith(other)));
}

/** Where an attempt at a task writes its items of one resource type. */
export const evidenceKey = (resourceType: string, run: string, date: string, task: string, attempt: string): string =>
  `${evidencePrefix(resourceType)}run_date=${date}/${run}-${task}-${attempt}.ndjson.gz`;

/** Below it are the folders of the runs, a day in each. */
export const RUNS_PREFIX = "runs/run_date=";

export const runPrefix = (run: string, date: string): string => `${RUNS_PREFIX}${date}/run_id=${run}/`;

export const planKey = (run: string, date: string): string => `${runPrefix(run, date)}plan.json`;

export const outcomesPrefix = (run: string, date: string): string => `${runPrefix(run, date)}outcomes/`;

/** The commit of a task: the first attempt to write it wins. */
export const outcomeKey = (run: string, date: string, task: string): string =>
  `${outcomesPrefix(run, date)}${task}.json`;

const groupName = (group: number): string => String(group).padStart(4, "0");

/** Marks of finished tasks that are counted together: at most one listing page. @param within a group, or the task that handed over */
export const finishedTasksPrefix = (run: string, date: string, within: number | string): string =>
  `${runPrefix(run, date)}finished/tasks/${typeof within === "number" ? groupName(within) : within}/`;

/** Says that a task and all that it handed over have committed. */
export const finishedTaskKey = (run: string, date: string, within: number | string, task: string): string =>
  `${finishedTasksPrefix(run, date, within)}${task}.json`;

export const finishedGroupsPrefix = (run: string, date: string): string => `${runPrefix(run, date)}finished/groups/`;

/** Says that every task of a group is finished. */
export const finishedGroupKey = (run: string, date: string, group: number): string =>
  `${finishedGroupsPrefix(run, date)}${groupName(group)}.json`;

/** Which sealer is at work on a run: the first to write a number has it, until the time that the document tells. */
export const sealingKey = (run: string, date: string, number: number): string =>
  `${runPrefix(run, date)}sealing/${groupName(number)}.json`;

/** Marks of a run, by a document's name: how its functions find each other. They are no evidence, and no seal names them. */
export const isMark = (name: string): boolean => name.startsWith("finished/") || name.startsWith("sealing/");

export const manifestKey = (run: string, date: string): string => `${runPrefix(run, date)}manifest.json`;

export const signatureKey = (run: string, date: string): string => `${runPrefix(run, date)}manifest.sig`;

/** The manifest's attestation: what it says, as an in-toto statement in a DSSE envelope. */
export const attestationKey = (run: string, date: string): string => `${runPrefix(run, date)}manifest.intoto.json`;

/** Names below a run's folder under which its seal stands. */
export const isSeal = (name: string): boolean => /^manifest\.(?:json|sig|intoto\.json)$/.test(name);

/** Below it are answers of time-stamp authorities to a run's manifest. */
const TIMESTAMPS = "timestamps/";

/** An authority's answer (DER). @param host of its address */
export const timestampKey = (run: string, date: string, host: string): string =>
  `${runPrefix(run, date)}${TIMESTAMPS}${host}.tsr`;

/** The host whose answer a document of a run is, by its name below the run's folder. */
export const hostOfTimestamp = (name: string): string | undefined =>
  /^timestamps\/([a-z0-9][a-z0-9.-]{0,252})\.tsr$/.exec(name)?.[1];

export const CHAIN_PREFIX = "runs/chain/";

/** Places count down in the key, so that a listing of one key finds the newest, however many runs there are. */
const LAST_PLACE = 999_999_999;

export const chainKey = (sequence: number): string =>
  `${CHAIN_PREFIX}${String(LAST_PLACE - sequence).padStart(9, "0")}.json`;

/** The sequence number of a link of the chain; undefined for any other key. */
export function sequenceOf(key: string): number | undefined {
  const number = /^runs\/chain\/(\d{9})\.json$/.exec(key)?.[1];
  return number === undefined ? undefined : LAST_PLACE - Number(number);
}

export const KEYS_PREFIX = "keys/";

/** The fingerprint that the key of a public key is named by; undefined for any other key. */
export const fingerprintOfKey = (key: string): string | undefined => /^keys\/([0-9a-f]{64})\.pem$/.exec(key)?.[1];

export const HAND_OVERS_PREFIX = `${KEYS_PREFIX}hand-overs/`;

/** The record of a change of key. @param sequence the first that the new key signs */
export const keyHandOverKey = (sequence: number): string => `${HAND_OVERS_PREFIX}${sequence}.json`;

/** The sequence number of a record of a change of key; undefined for any other key. */
export function sequenceOfHandOver(key: string): number | undefined {
  const number = /^keys\/hand-overs\/([1-9]\d{0,8})\.json$/.exec(key)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** @param fingerprint hex SHA-256 of the public key as DER (SubjectPublicKeyInfo) */
export const publicKeyKey = (fingerprint: string): string => `${KEYS_PREFIX}${fingerprint}.pem`;

/** The log over the manifests, for witnesses: it is derived from them, and witnesses sign it. */
export const LOG_PREFIX = "log/";
export const CHECKPOINTS_PREFIX = `${LOG_PREFIX}checkpoints/`;

/** The state of the log at a sequence number, as the log and its witnesses signed it. */
export const checkpointKey = (sequence: number): string => `${CHECKPOINTS_PREFIX}${sequence}.txt`;

/** The sequence number of a checkpoint; undefined for any other key. */
export function sequenceOfCheckpoint(key: string): number | undefined {
  const number = /^log\/checkpoints\/([1-9]\d{0,8})\.txt$/.exec(key)?.[1];
  return number === undefined ? undefined : Number(number);
}

export const isCheckpoint = (key: string): boolean => sequenceOfCheckpoint(key) !== undefined;

/** Hashes of manifests by sequence numbers, a line each, so that the log is read in few requests. */
export const logLeavesKey = (first: number, last: number): string => `${LOG_PREFIX}leaves/${first}-${last}.txt`;

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

export const LATEST_PREFIX = `${TABLES_PREFIX}latest/`;

/** The folder that holds the last sealed run's rows of a table, and nothing else. */
export const latestPrefix = (table: string): string => `${LATEST_PREFIX}${table}/`;

export const latestKey = (table: string, part = 1): string => `${latestPrefix(table)}${part}.parquet`;

/**
 * Parts of the table `anomalies` from which on a model scored them that was trained elsewhere: in contrast to the others they
 * cannot be derived again.
 */
const MODELLED_FROM = 1001;

/** A run's file of what a model elsewhere found of one resource type; `index` counts the types from 0. */
export const modelledAnomaliesKey = (run: string, date: string, index: number): string =>
  tableKey("anomalies", run, date, MODELLED_FROM + index);

/** Whether a table's file holds what a model elsewhere found. */
export const isModelled = ({ table, part }: { table: string; part: number }): boolean =>
  table === "anomalies" && part >= MODELLED_FROM;

/** Which run the latest tables are of. */
export const LATEST_KEY = `${LATEST_PREFIX}run.json`;

export const MODELS_PREFIX = "models/";

/** What became of a resource type of a run that a model elsewhere is to score; types count from 0. */
export const modelOutcomeKey = (run: string, date: string, index: number): string =>
  `${MODELS_PREFIX}run_date=${date}/run_id=${run}/${String(index).padStart(4, "0")}.json`;

/** What people have been told of, gzipped JSON; written over after each run. */
export const NOTIFICATION_STATE_KEY = "notifications/told.json.gz";

/** What the accounts of the last whole run took: orders the tasks of the next one. Written over, and no evidence. */
export const DURATIONS_KEY = "hints/durations.json";

/** The day and the id of a run, from the key of its manifest; undefined for any other key. */
export function runOfManifestKey(key: string): { date: string; run: string } | undefined {
  const match = /^runs\/run_date=(\d{4}-\d\d-\d\d)\/run_id=([0-9A-Z]{26})\/manifest\.json$/.exec(key);
  return match ? { date: match[1]!, run: match[2]! } : undefined;
}

/** Run, task and attempt of an evidence object; undefined for any other key. */
export function evidenceObjectOf(
  key: string,
): { date: string; run: string; task: string; attempt: string } | undefined {
  const match =
    /^evidence\/resource_type=[a-z0-9_]+\/run_date=(\d{4}-\d\d-\d\d)\/([0-9A-Z]{26})-([A-Za-z0-9_-]+(?:\.\d+)*)-([a-z0-9]+)\.ndjson\.gz$/.exec(
      key,
    );
  return match ? { date: match[1]!, run: match[2]!, task: match[3]!, attempt: match[4]! } : undefined;
}

/** Run of a document, and its name below the run's folder; undefined for any other key. */
export function runDocumentOf(key: string): { date: string; run: string; name: string } | undefined {
  const match = /^runs\/run_date=(\d{4}-\d\d-\d\d)\/run_id=([0-9A-Z]{26})\/(.+)$/.exec(key);
  return match ? { date: match[1]!, run: match[2]!, name: match[3]! } : undefined;
}

const TASK = "[A-Za-z0-9_-]+(?:\\.\\d+)*";
const COMMIT = new RegExp(`^outcomes/(${TASK})\\.json$`);
const TASK_MARK = new RegExp(`^finished/tasks/(?:\\d{4,}|${TASK})/(${TASK})\\.json$`);
const RUN_DOCUMENT =
  /^(?:plan\.json|manifest\.json|manifest\.sig|manifest\.intoto\.json|finished\/groups\/\d{4,}\.json|sealing\/\d{4,}\.json)$/;

/** The task whose commit a document of a run is, by its name below the run's folder. */
export const taskOfOutcome = (name: string): string | undefined => COMMIT.exec(name)?.[1];

/** The task that a mark says is finished, by the mark's name below the run's folder. */
export const taskOfMark = (name: string): string | undefined => TASK_MARK.exec(name)?.[1];

/** Whether the system writes documents of a run under such a name. */
export const isRunDocument = (name: string): boolean =>
  RUN_DOCUMENT.test(name) || hostOfTimestamp(name) !== undefined || COMMIT.test(name) || TASK_MARK.test(name);

/** Names of the system that no seal covers: tables and models are derived, and the others are of use to it alone. */
const OUTSIDE = [
  /^tables\/latest\/(?:run\.json|[a-z0-9_]+\/\d+\.parquet)$/,
  /^models\/run_date=\d{4}-\d\d-\d\d\/run_id=[0-9A-Z]{26}\/\d{4}\.json$/,
  /^log\/(?:checkpoints\/[1-9]\d{0,8}|leaves\/[1-9]\d{0,8}-[1-9]\d{0,8})\.txt$/,
  /^\.itaudit\//,
];

/** Whether a key is one of the system's that no seal covers, beside tables of runs, hints and notifications. */
export const isOutside = (key: string): boolean => OUTSIDE.some((pattern) => pattern.test(key));
