import pLimit from "p-limit";
import { LATEST_KEY, LATEST_PREFIX, latestKey, latestPrefix, tableKey } from "../evidence/layout.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { type Plan, sha256 } from "../evidence/plan.ts";
import { anomalyRows } from "./anomalyRows.ts";
import { type Catalog, coveredBy, RUN_TABLES, runTables } from "./catalog.ts";
import type { ResourceTable, Table } from "./columns.ts";
import { itemsOf } from "./evidenceItems.ts";
import { gapsOf } from "./gaps.ts";
import { NETWORK_TYPES, networkOpeningRows, type Unlisted } from "./networkOpenings.ts";
import type { Objects, Sink } from "./objects.ts";
import { ParquetFile, type Row } from "./parquetFile.ts";
import { isPolicyTable, policyTableRows } from "./policyRows.ts";
import { POLICY_TYPES } from "./policySites.ts";
import { anyResourceRow, envelopeRow, resourceRow } from "./resourceRow.ts";
import { runRows } from "./runRows.ts";
import type { SealedRun } from "./sealedRun.ts";

/** Items of a file at most, so that a part is built in one invocation of the tabulator. */
const ITEMS_OF_A_PART = 500_000;

/** A file to derive from a sealed run: a table's rows, or a part of them. */
export interface TableFile {
  table: Table;
  part: number;
  /** The evidence it is derived from, in order; empty for tables about the run itself. */
  objects: readonly EvidenceObject[];
  items: number;
  /** Which accounts' rows the part has, where a row needs everything of its account. */
  share?: { index: number; of: number };
}

/** What was derived. */
export interface BuiltFile {
  table: string;
  key: string;
  rows: number;
  bytes: number;
  sha256: string;
}

/** Every file of a run's tables, the resource types' first: a type without items has none. */
export function tableFilesOf(sealed: SealedRun, { tables }: Pick<Catalog, "tables">): TableFile[] {
  const byType = new Map(tables.map((table) => [table.resourceType, table]));
  const objectsOf = new Map<string, EvidenceObject[]>();
  const sorted = [...sealed.objects].sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const object of sorted) {
    // An auditor of a version that is gone: its items are in the table of all resources alone.
    if (!byType.has(object.resource_type)) continue;
    const list = objectsOf.get(object.resource_type) ?? [];
    list.push(object);
    objectsOf.set(object.resource_type, list);
  }
  return [
    ...[...objectsOf].flatMap(([type, objects]) => partsOf(byType.get(type)!, objects)),
    ...partsOf(RUN_TABLES.resources, sorted),
    // What is usual of a type shows in all of it.
    ...partsOf(RUN_TABLES.anomalies, sorted, (a, b) => a.resource_type === b.resource_type),
    ...policyTables.flatMap((table) =>
      partsOf(
        table,
        sorted.filter(({ resource_type }) => POLICY_TYPES.has(resource_type)),
      ),
    ),
    ...sharesOf(
      RUN_TABLES.network_openings,
      sorted.filter(({ resource_type }) => NETWORK_TYPES.has(resource_type)),
    ),
    ...runTables
      .filter((table) => table.name in runRows || table === RUN_TABLES.gaps)
      .map((table) => ({ table, part: 1, objects: [], items: 0 })),
  ];
}

const policyTables = runTables.filter(({ name }) => isPolicyTable(name));

/** Parts by account: each is derived of all the evidence, and has the rows of its accounts. */
function sharesOf(table: Table, objects: readonly EvidenceObject[]): TableFile[] {
  const items = objects.reduce((sum, object) => sum + object.items, 0);
  const of = Math.max(1, Math.ceil(items / ITEMS_OF_A_PART));
  return Array.from({ length: of }, (_, index) => ({
    table,
    part: index + 1,
    objects,
    items: Math.ceil(items / of),
    share: { index, of },
  }));
}

/** @param together whether an object must be in the part of the one before it */
function partsOf(
  table: Table,
  objects: readonly EvidenceObject[],
  together: (object: EvidenceObject, before: EvidenceObject) => boolean = () => false,
): TableFile[] {
  const parts: { objects: EvidenceObject[]; items: number }[] = [{ objects: [], items: 0 }];
  for (const object of objects) {
    let part = parts.at(-1)!;
    const before = part.objects.at(-1);
    if (before && part.items + object.items > ITEMS_OF_A_PART && !together(object, before)) {
      part = { objects: [], items: 0 };
      parts.push(part);
    }
    part.objects.push(object);
    part.items += object.items;
  }
  return parts.map((part, index) => ({ table, part: index + 1, ...part }));
}

/** Of a table's columns, hex: two files with the same hash have the same columns. */
export const columnsSha256 = ({ columns }: Pick<Table, "columns">): string => sha256(JSON.stringify(columns));

/** Names in a Parquet file's key-value metadata. */
export const METADATA = {
  table: "audit.table",
  run: "audit.run_id",
  manifest: "audit.manifest_sha256",
  columns: "audit.columns_sha256",
} as const;

/** What a file says of itself: of which manifest it was derived, and which columns it has. */
export const metadataOf = (
  table: Table,
  sealed: Pick<SealedRun, "run" | "manifestSha256">,
): Record<string, string> => ({
  [METADATA.table]: table.name,
  [METADATA.run]: sealed.run,
  [METADATA.manifest]: sealed.manifestSha256,
  [METADATA.columns]: columnsSha256(table),
});

/**
 * Derives one file and writes it to the sink.
 * @throws EvidenceError when the evidence is not what the manifest says; nothing is written then
 */
export async function buildFile(
  objects: Objects,
  sealed: SealedRun,
  file: TableFile,
  catalog: Catalog,
  sink: Sink,
): Promise<Omit<BuiltFile, "key">> {
  const { table } = file;
  const parquet = new ParquetFile(sink, table.columns, metadataOf(table, sealed));
  try {
    for await (const row of rowsOf(objects, sealed, file, catalog)) await parquet.write(row);
    return { table: table.name, ...(await parquet.finish()) };
  } catch (error) {
    await parquet.abandon();
    throw error;
  }
}

async function* rowsOf(
  objects: Objects,
  sealed: SealedRun,
  { table, objects: evidence, share }: TableFile,
  catalog: Catalog,
): AsyncIterable<Row> {
  if (table === RUN_TABLES.gaps) yield* gapRows(sealed, catalog);
  else if (table === RUN_TABLES.anomalies) yield* anomalyRows(objects, evidence);
  else if (isPolicyTable(table.name)) yield* policyTableRows(objects, table.name, evidence);
  else if (table === RUN_TABLES.network_openings)
    yield* networkOpeningRows(objects, evidence, await unlistedIn(sealed, catalog, NETWORK_TYPES), share);
  else if (table.name in runRows) yield* runRows[table.name as keyof typeof runRows](sealed);
  else {
    const tables = new Map(catalog.tables.map((each) => [each.resourceType, each]));
    for (const object of evidence)
      for await (const [item, cited] of itemsOf(objects, object)) {
        const envelope = envelopeRow(item, cited, tables.get(item.resource_type));
        yield isResourceTable(table) ? resourceRow(table, item, envelope) : anyResourceRow(item, envelope);
      }
  }
}

const isResourceTable = (table: Table): table is ResourceTable => "members" in table;

/** Where some types were not (wholly) listed. A service that is not there has none of its type. */
async function unlistedIn(
  { plan, outcomes }: SealedRun,
  catalog: Catalog,
  types: ReadonlySet<string>,
): Promise<Unlisted> {
  const covered = coveredBy(plan, catalog);
  const unread = new Set<string>();
  for await (const outcome of outcomes())
    for (const { resource_type, listed, status, account_id, region } of gapsOf(outcome, covered[outcome.auditor] ?? []))
      if (types.has(resource_type) && !listed && status !== "not-enabled")
        unread.add(`${resource_type} ${account_id} ${region}`);
  return { unread, requested: new Set(Object.values(covered).flatMap((each) => each.map(({ type }) => type))) };
}

async function* gapRows({ run, plan, outcomes }: SealedRun, catalog: Catalog): AsyncIterable<Row> {
  const covered = coveredBy(plan, catalog);
  for await (const outcome of outcomes())
    for (const { error, ...gap } of gapsOf(outcome, covered[outcome.auditor] ?? []))
      yield [
        run,
        gap.auditor,
        gap.account_id,
        gap.region,
        gap.resource_type,
        gap.status,
        gap.listed,
        error?.operation ?? null,
        error?.code ?? null,
        error?.action ?? null,
        error?.denied_by ?? null,
        error?.message ?? null,
        error?.times ?? null,
      ];
}

export interface Progress {
  done: number;
  of: number;
  table: string;
}

export interface TabulateOptions {
  /** How one file comes to be; the tabulator hands the files of a large run to further invocations. */
  build?: (file: TableFile) => Promise<BuiltFile>;
  /** Files that are built at the same time. Default: 1. */
  atOnce?: number;
  progress?: (progress: Progress) => void;
}

/** Derives all tables of a sealed run, and puts them up as the latest when no later run is, and no whole one. */
export async function tabulate(
  objects: Objects,
  sealed: SealedRun,
  catalog: Catalog,
  {
    build = (file) => buildInto(objects, sealed, file, catalog),
    atOnce = 1,
    progress = () => undefined,
  }: TabulateOptions = {},
): Promise<BuiltFile[]> {
  const files = tableFilesOf(sealed, catalog);
  let done = 0;
  const limit = pLimit(atOnce);
  const built = await Promise.all(
    files.map((file) =>
      limit(async () => {
        progress({ done, of: files.length, table: file.table.name });
        try {
          return await build(file);
        } catch (error) {
          // Nothing more is started: a run whose evidence is not as sealed has no tables to wait for.
          limit.clearQueue();
          throw error;
        } finally {
          done += 1;
        }
      }),
    ),
  );
  progress({ done, of: files.length, table: "latest" });
  await putUpAsLatest(objects, sealed, catalog, files);
  return built;
}

/** Derives a file into its place in the bucket. */
export async function buildInto(
  objects: Objects,
  sealed: SealedRun,
  file: TableFile,
  catalog: Catalog,
): Promise<BuiltFile> {
  const key = tableKey(file.table.name, sealed.run, sealed.date, file.part);
  return { key, ...(await buildFile(objects, sealed, file, catalog, objects.create(key))) };
}

/** Whether a table is derived of the other tables, once these are there. */
const isDerivedLater = ({ name }: Table): boolean => name === RUN_TABLES.verdicts.name;

/** Which run the latest tables hold. */
export interface LatestRun {
  run_id: string;
  run_date: string;
  manifest_sha256: string;
  /** What the run was narrowed to some of; left out where it was of everything. */
  narrowed?: Plan["narrowed"];
  /** Files with rows of each table; absent while the tables are being exchanged. */
  parts?: Record<string, number>;
}

export async function readLatest(objects: Objects): Promise<LatestRun | undefined> {
  const bytes = await objects.read(LATEST_KEY);
  return bytes && (JSON.parse(Buffer.from(bytes).toString("utf8")) as LatestRun);
}

async function writeLatest(objects: Objects, latest: LatestRun): Promise<void> {
  const sink = objects.create(LATEST_KEY);
  await sink.write(Buffer.from(JSON.stringify(latest)));
  await sink.finish();
}

/** Tables exchanged at the same time. */
const EXCHANGES_AT_ONCE = 8;

/**
 * Copies a run's files over those of the run before; what the run has no rows of is emptied, once. A later run that is
 * up already stays, and so does one of everything where the new one was narrowed.
 */
async function putUpAsLatest(
  objects: Objects,
  sealed: SealedRun,
  { tables }: Catalog,
  files: readonly TableFile[],
): Promise<void> {
  const standing = await readLatest(objects);
  const { narrowed } = sealed.plan;
  if (standing && Boolean(standing.narrowed) === Boolean(narrowed) && standing.run_id > sealed.run) return;
  if (standing && narrowed && !standing.narrowed) return;
  const latest: LatestRun = {
    run_id: sealed.run,
    run_date: sealed.date,
    manifest_sha256: sealed.manifestSha256,
    ...(narrowed ? { narrowed } : {}),
  };
  // Whoever finds an exchange that did not end cannot know what lies there, and empties every table again.
  await writeLatest(objects, latest);
  const parts: Record<string, number> = {};
  let listed: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  const lying = async (table: Table): Promise<readonly string[]> => {
    listed ??= latestFiles(objects);
    return (await listed).get(latestPrefix(table.name)) ?? [];
  };
  const exchange = async (table: Table): Promise<void> => {
    const own = files.filter((file) => file.table === table).map(({ part }) => part);
    for (const part of own)
      await objects.copy(tableKey(table.name, sealed.run, sealed.date, part), latestKey(table.name, part));
    // What is derived of these tables comes later, and whoever comes next does not know of it.
    if (!isDerivedLater(table)) parts[table.name] = own.length;
    for (const key of await staleKeys(table, own.length, standing?.parts?.[table.name], lying))
      await new ParquetFile(objects.create(key), table.columns, {}).finish();
  };
  const limit = pLimit(EXCHANGES_AT_ONCE);
  await Promise.all([...tables, ...runTables].map((table) => limit(() => exchange(table))));
  await writeLatest(objects, { ...latest, parts });
}

/** Files of the run before that the new one does not replace; of a table that was empty already, none. */
async function staleKeys(
  table: Table,
  parts: number,
  before: number | undefined,
  lying: (table: Table) => Promise<readonly string[]>,
): Promise<string[]> {
  if (before !== undefined)
    return Array.from({ length: Math.max(0, before - parts) }, (_, index) => latestKey(table.name, parts + index + 1));
  const current = new Set(Array.from({ length: parts }, (_, index) => latestKey(table.name, index + 1)));
  // A table has a file, so that its folder is there.
  const first = parts ? [] : [latestKey(table.name)];
  return [...new Set([...first, ...(await lying(table))])].filter((key) => !current.has(key));
}

/** Files of the latest tables by their folder: one listing for all tables, as most runs know and need none. */
async function latestFiles(objects: Objects): Promise<ReadonlyMap<string, readonly string[]>> {
  const files = new Map<string, string[]>();
  for await (const { key } of objects.list(LATEST_PREFIX)) {
    if (!key.endsWith(".parquet")) continue;
    const folder = key.slice(0, key.lastIndexOf("/") + 1);
    const keys = files.get(folder);
    if (keys) keys.push(key);
    else files.set(folder, [key]);
  }
  return files;
}
