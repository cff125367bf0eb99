import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
  StatementType,
} from "@duckdb/node-api";
import { RUNS_PREFIX, runOfManifestKey, TABLES_PREFIX, tableFileOf, tablePrefix } from "../evidence/layout.ts";
import { askable, type Catalog, latestName, ofAllRuns, RUN_DATE, RUN_TABLES, runTables } from "../tables/catalog.ts";
import type { Column, Table } from "../tables/columns.ts";
import { folderObjects } from "../tables/folderObjects.ts";
import { listSealedRuns, readManifestSha256 } from "../tables/sealedRun.ts";
import { METADATA } from "../tables/tabulate.ts";
import type { Answer, Cell, Engine } from "./engine.ts";
import { likeTrino } from "./likeTrino.ts";
import { duckDBError, QueryError } from "./queryError.ts";
import { forDuckDB, namesIn } from "./trino.ts";

/** What a {@link duckDBEngine} may be told. */
export interface DuckDBOptions {
  /** A copy of the evidence bucket, with at least `runs/` and `tables/`. */
  folder: string;
  catalog: Catalog;
  /** The run that the latest views show. Default: the newest of everything that has tables, else the newest. */
  run?: string;
  /** Megabytes beyond which DuckDB goes to disk. Default: 1,024. */
  memoryMegabytes?: number;
  /** Brings the objects below a prefix into the folder, where it is not a whole copy. */
  pull?: (prefix: string, wanted?: (key: string) => boolean) => Promise<void>;
  /**
   * Told of each file that is left out, because its run is not sealed or it was made from another manifest, and of what
   * the latest views do not show.
   */
  warn?: (message: string) => void;
}

/** DuckDB over a folder, with internals that the comparison of runs builds on. */
export interface DuckDBEngine extends Engine {
  connection: DuckDBConnection;
  /** The run that the latest views show; undefined: there is no such run that is sealed and has tables. */
  latest: string | undefined;
  /** What that run was narrowed to some of: accounts, auditors, regions. */
  narrowed: readonly string[];
  /** Runs that have tables, oldest first. */
  runs: readonly string[];
  /**
   * A small answer to a query of the project's own, all at once: what is streamed is planned twice, to be looked at and
   * to be run, which takes longer than small tables do.
   * @throws QueryError
   */
  whole(sql: string): Promise<Cell[][]>;
  /** Puts the rows of a query into a table that the caller made. */
  insert(into: string, sql: string): Promise<void>;
  /** Makes a view of one run's rows of a table, in place of one of that name. @returns how many files the run has of it */
  view(name: string, table: Table, run: string): Promise<number>;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const typeOf = ({ type }: Column): string =>
  ({ "array(varchar)": "varchar[]", "map(varchar, varchar)": "map(varchar, varchar)" })[type as string] ?? type;

/** What a thread needs at least. @see https://duckdb.org/docs/stable/guides/performance/environment */
const MEGABYTES_OF_A_THREAD = 125;

/**
 * DuckDB, in this process, over the Parquet files of a folder. It reads nothing but that folder's tables: no other
 * file, no network, and queries that only read.
 */
export async function duckDBEngine(options: DuckDBOptions): Promise<DuckDBEngine> {
  const folder = resolve(options.folder);
  const objects = folderObjects(folder);
  const pull = options.pull ?? (() => Promise.resolve());
  await pull(RUNS_PREFIX, (key) => Boolean(runOfManifestKey(key)));
  const sealed = new Map((await listSealedRuns(objects)).map((each) => [each.run, each]));
  const spill = await mkdtemp(join(tmpdir(), "itaudit-duckdb-"));
  const memory = options.memoryMegabytes ?? 1024;
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${memory}MB`,
    threads: String(Math.max(1, Math.min(availableParallelism(), Math.floor(memory / MEGABYTES_OF_A_THREAD)))),
    temp_directory: spill,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    errors_as_json: "true",
  });
  const connection = await instance.connect();
  const close = async () => {
    connection.closeSync();
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  };
  const tables = new Map<string, Table>([...options.catalog.tables, ...runTables].map((table) => [table.name, table]));
  try {
    await connection.run("SET TimeZone = 'UTC'");
    // A report asks the same few files hundreds of times.
    await connection.run("SET parquet_metadata_cache = true");
    await likeTrino(connection);
    await connection.run(`SET allowed_directories = [${text(`${folder}/${TABLES_PREFIX}`)}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
  } catch (error) {
    await close();
    throw error;
  }

  const manifests = new Map<string, Promise<string>>();
  const manifestOf = (run: string): Promise<string> => {
    let hash = manifests.get(run);
    if (!hash) {
      hash = readManifestSha256(objects, run, sealed.get(run)!.date);
      manifests.set(run, hash);
    }
    return hash;
  };
  /** Files of a table, or of one run of it, that were derived from the manifest of a sealed run. */
  const filesOf = async (table: string, only?: string): Promise<TableFilePath[]> => {
    const wanted = (key: string) => !only || tableFileOf(key)?.run === only;
    await pull(tablePrefix(table), wanted);
    const files: TableFilePath[] = [];
    for await (const { key, bytes } of objects.list(tablePrefix(table))) {
      const file = tableFileOf(key);
      if (!file || !wanted(key)) continue;
      if (sealed.has(file.run)) files.push({ path: join(folder, ...key.split("/")), run: file.run, bytes });
      else options.warn?.(`${key} is left out: its run is not sealed`);
    }
    if (!files.length) return files;
    const reader = await connection.runAndReadAll(
      `SELECT file_name, decode(value) FROM parquet_kv_metadata([${files.map(({ path }) => text(path)).join(", ")}])
       WHERE decode(key) = ${text(METADATA.manifest)}`,
    );
    const derivedFrom = new Map(reader.getRows().map(([path, hash]) => [String(path), String(hash)]));
    const kept: TableFilePath[] = [];
    for (const file of files) {
      if (derivedFrom.get(file.path) === (await manifestOf(file.run))) kept.push(file);
      else
        options.warn?.(
          `${file.path} is left out: it was not derived from the manifest that stands. Run itaudit tables build.`,
        );
    }
    return kept;
  };

  // A run whose tables are there has a file of the table runs.
  const runTable = RUN_TABLES.runs;
  const runFiles = await filesOf(runTable.name);
  const runs = [...new Set(runFiles.map(({ run }) => run))].sort();
  const made = new Map<string, number>();
  const createView = async (name: string, table: Table, files: readonly TableFilePath[]) => {
    const columns = table.columns.map((column) => `NULL::${typeOf(column)} AS ${quoted(column.name)}`).join(", ");
    const paths = files.map(({ path }) => text(path)).join(", ");
    const byDay = table.columns.some(({ name: column }) => column === RUN_DATE.name);
    const days = byDay ? "hive_partitioning = true, hive_types = {'run_date': VARCHAR}" : "hive_partitioning = false";
    const rows = files.length
      ? ` UNION ALL BY NAME SELECT * FROM read_parquet([${paths}], union_by_name = true, ${days})`
      : "";
    await connection.run(`CREATE OR REPLACE VIEW ${quoted(name)} AS (SELECT ${columns} WHERE false)${rows}`);
  };
  await createView("narrowed_runs", runTable, runFiles);
  const narrowedRows = await connection.runAndReadAll(
    "SELECT run_id, narrowed FROM narrowed_runs WHERE len(narrowed) > 0",
  );
  await connection.run("DROP VIEW narrowed_runs");
  const narrowedTo = new Map(
    narrowedRows.getRows().map(([run, narrowed]) => [String(run), (narrowed as DuckDBListValue).items.map(String)]),
  );
  const whole = runs.findLast((each) => !narrowedTo.has(each)) ?? runs.at(-1);
  const latest = options.run ? runs.find((each) => each === options.run) : whole;
  const later = runs.filter((each) => latest && each > latest);
  if (!options.run && later.length)
    options.warn?.(
      `answers show the latest full run, ${latest}; narrowed runs since: ${later
        .map((each) => `${each} (${narrowedTo.get(each)!.join(", ")})`)
        .slice(-3)
        .join(", ")}. Use --run <id> to query another run.`,
    );
  if (latest && narrowedTo.has(latest))
    options.warn?.(
      `run ${latest} was narrowed to some ${narrowedTo.get(latest)!.join(", ")}: it says nothing about others`,
    );
  const newest = [...sealed.keys()].sort().at(-1);
  // If no run has tables, the caller says so.
  if (!options.run && newest && runs.length && !runs.includes(newest))
    options.warn?.(
      `run ${newest} is sealed but has no tables yet, so answers don't include it. They are made after each run; itaudit tables build ${newest} makes them now.`,
    );
  /** Makes the views of the tables named, and answers with the bytes of their files. */
  const prepare = (sql: string): Promise<number> =>
    viewsFor(namesIn(sql)).catch((error: Error) => {
      throw duckDBError(error.message, sql, []);
    });
  const viewsFor = async (names: Iterable<string>): Promise<number> => {
    let bytes = 0;
    for (const name of names) {
      const table = tables.get(name.replace(/^latest_/, ""));
      if (!table) continue;
      if (!made.has(name)) {
        const isLatest = name === latestName(table.name);
        const files = isLatest && !latest ? [] : await filesOf(table.name, isLatest ? latest : undefined);
        await createView(name, isLatest ? table : ofAllRuns(table), files);
        made.set(
          name,
          files.reduce((total, file) => total + file.bytes, 0),
        );
      }
      bytes += made.get(name)!;
    }
    return bytes;
  };
  const known = askable(options.catalog);

  return {
    connection,
    latest,
    narrowed: (latest && narrowedTo.get(latest)) || [],
    runs,
    view: async (name, table, run) => {
      const files = await filesOf(table.name, run);
      await createView(name, table, files);
      return files.length;
    },
    close,
    tables: () => known,
    insert: async (into, sql) => {
      await prepare(sql);
      await connection.run(`INSERT INTO ${quoted(into)} ${forDuckDB(sql)}`).catch((error: Error) => {
        throw duckDBError(error.message, sql, []);
      });
    },
    whole: async (sql) => {
      await prepare(sql);
      const reader = await connection.runAndReadAll(forDuckDB(sql)).catch((error: Error) => {
        throw duckDBError(
          error.message,
          sql,
          known.map(({ name }) => name),
        );
      });
      return reader.getRows().map((row) => row.map(cellOf));
    },
    query: async (sql) => {
      const started = performance.now();
      const bytes = await prepare(sql);
      return answer(connection, sql, { started, bytes, tables: known.map(({ name }) => name) });
    },
  };
}

interface TableFilePath {
  path: string;
  run: string;
  bytes: number;
}

async function answer(
  connection: DuckDBConnection,
  sql: string,
  { started, bytes, tables }: { started: number; bytes: number; tables: readonly string[] },
): Promise<Answer> {
  const queryError = (error: unknown): QueryError =>
    error instanceof QueryError ? error : duckDBError((error as Error).message, sql, tables);
  try {
    const statements = await connection.extractStatements(forDuckDB(sql));
    if (statements.count !== 1) throw new QueryError(`one query at a time: there are ${statements.count}`, sql);
    const statement = await statements.prepare(0);
    if (statement.statementType !== StatementType.SELECT && statement.statementType !== StatementType.EXPLAIN)
      throw new QueryError("only a query that reads is answered: SELECT, WITH or VALUES", sql);
    const result = await statement.stream();
    let ms = 0;
    return {
      columns: result
        .columnNames()
        .map((name, index) => ({ name, type: String(result.columnType(index)).toLowerCase() })),
      rows: (async function* () {
        try {
          for await (const rows of result.yieldRows()) yield rows.map((row) => row.map(cellOf));
        } catch (error) {
          throw queryError(error);
        }
        ms = performance.now() - started;
      })(),
      cost: () => ({ ms, bytes }),
    };
  } catch (error) {
    throw queryError(error);
  }
}

/** @see Cell */
export function cellOf(value: DuckDBValue): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return new Date(Number(value.micros / 1000n)).toISOString();
  if (value instanceof DuckDBTimestampMillisecondsValue) return new Date(Number(value.millis)).toISOString();
  if (value instanceof DuckDBDateValue) return String(value);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBListValue) return value.items.map(cellOf);
  if (value instanceof DuckDBMapValue)
    return Object.fromEntries(value.entries.map(({ key, value: each }) => [String(key), cellOf(each)]));
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([key, each]) => [key, cellOf(each)]));
  return String(value);
}
