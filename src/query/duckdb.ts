import { resolve } from "node:path";
import {
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
  StatementType,
} from "@duckdb/node-api";
import { RUNS_PREFIX, runOfManifestKey, TABLES_PREFIX } from "../evidence/layout.ts";
import { askable, type Catalog, latestName, ofAllRuns, RUN_DATE, RUN_TABLES, runTables } from "../tables/catalog.ts";
import type { Column, Table } from "../tables/columns.ts";
import { folderObjects } from "../tables/folderObjects.ts";
import { columnsSha256 } from "../tables/tabulate.ts";
import type { Answer, Cell, Engine } from "./engine.ts";
import { latestRun, warnOfUntabulated } from "./latestRun.ts";
import { openDuckDB } from "./openDuckDB.ts";
import { duckDBError, QueryError } from "./queryError.ts";
import { sqlName, sqlText, sqlTexts } from "./sqlText.ts";
import { type TableFilePath, type TableFiles, tableFiles } from "./tableFiles.ts";
import { forDuckDB, namesIn } from "./trino.ts";

/** What a {@link duckDBEngine} may be told. */
export interface DuckDBOptions {
  /** A copy of the evidence bucket, with at least `runs/` and `tables/`. */
  folder: string;
  catalog: Catalog;
  /** The run that the latest views show. Default: the newest of everything that has tables, else the newest. */
  run?: string;
  /** True: runs are asked by their ids, and what the latest views do not show is no matter. */
  byRun?: boolean;
  /** Megabytes beyond which DuckDB goes to disk. Default: 1,024. */
  memoryMegabytes?: number;
  /** Brings the objects below a prefix into the folder, where it is not a whole copy. */
  pull?: (prefix: string, isNeeded?: (key: string) => boolean) => Promise<void>;
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
  /** Makes the tables ready that queries speak of: of many at once it takes much less than of each when it is asked. */
  prepare(sql: readonly string[]): Promise<void>;
  /** Puts the rows of a query into a table that the caller made. */
  insert(into: string, sql: string): Promise<void>;
  /** Makes a view of one run's rows of a table, in place of one of that name. @returns how many files the run has of it */
  view(name: string, table: Table, run: string): Promise<number>;
}

const typeOf = ({ type }: Column): string =>
  ({ "array(varchar)": "varchar[]", "map(varchar, varchar)": "map(varchar, varchar)" })[type as string] ?? type;

/**
 * DuckDB, in this process, over the Parquet files of a folder. It reads nothing but that folder's tables: no other
 * file, no network, and queries that only read.
 */
export async function duckDBEngine(options: DuckDBOptions): Promise<DuckDBEngine> {
  const folder = resolve(options.folder);
  const objects = folderObjects(folder);
  const { pull = () => Promise.resolve(), warn = () => undefined } = options;
  await pull(RUNS_PREFIX, (key) => Boolean(runOfManifestKey(key)));
  const { connection, close } = await openDuckDB(`${folder}/${TABLES_PREFIX}`, options.memoryMegabytes ?? 1024);
  try {
    const files = await tableFiles(connection, { folder, objects, pull, warn });
    // A run whose tables are there has a file of the table runs.
    const runFiles = await files.of(RUN_TABLES.runs.name);
    const runs = [...new Set(runFiles.map(({ run }) => run))].sort();
    const narrowed = await readNarrowed(connection, runFiles);
    const queryable = { runs, narrowed, sealed: files.sealed };
    const latest = latestRun(queryable, options.run, options.byRun ? () => undefined : warn);
    if (options.byRun) warnOfUntabulated(queryable, warn);
    const tables = askable(options.catalog);
    const names = tables.map(({ name }) => name);
    const prepare = viewMaker(connection, files, options.catalog, latest);
    const failure = (sql: string) => (error: Error) => {
      throw duckDBError(error.message, sql, names);
    };
    return {
      connection,
      latest,
      narrowed: (latest && narrowed.get(latest)) || [],
      runs,
      view: async (name, table, run) => {
        const ofRun = await files.of(table.name, run);
        await createView(connection, name, table, ofRun);
        return ofRun.length;
      },
      close,
      tables: () => tables,
      prepare: async (all) => void (await prepare(all.join("\n"))),
      insert: async (into, sql) => {
        await prepare(sql);
        await connection.run(`INSERT INTO ${sqlName(into)} ${forDuckDB(sql)}`).catch(failure(sql));
      },
      whole: async (sql) => {
        await prepare(sql);
        const reader = await connection.runAndReadAll(forDuckDB(sql)).catch(failure(sql));
        return reader.getRows().map((row) => row.map(cellOf));
      },
      query: async (sql) => {
        const started = performance.now();
        const bytes = await prepare(sql);
        return answer(connection, sql, { started, bytes, tables: names });
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What narrowed runs were narrowed to some of. */
async function readNarrowed(
  connection: DuckDBConnection,
  runFiles: readonly TableFilePath[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  await createView(connection, "narrowed_runs", RUN_TABLES.runs, runFiles);
  const reader = await connection.runAndReadAll("SELECT run_id, narrowed FROM narrowed_runs WHERE len(narrowed) > 0");
  await connection.run("DROP VIEW narrowed_runs");
  return new Map(reader.getRows().map(([run, to]) => [String(run), (to as DuckDBListValue).items.map(String)]));
}

/** Makes a view of a table's files, in place of one of that name. Columns that no file has are null. */
async function createView(
  connection: DuckDBConnection,
  name: string,
  table: Table,
  files: readonly TableFilePath[],
): Promise<void> {
  const [file] = files;
  // A file that has the table's columns needs no other beside it, which takes longer to plan in each query.
  if (file && files.length === 1 && file.columnsSha256 === columnsSha256(table)) {
    const rows = `SELECT * FROM read_parquet(${sqlText(file.path)}, hive_partitioning = false)`;
    await connection.run(`CREATE OR REPLACE VIEW ${sqlName(name)} AS ${rows}`);
    return;
  }
  const columns = table.columns.map((column) => `NULL::${typeOf(column)} AS ${sqlName(column.name)}`).join(", ");
  const paths = sqlTexts(files.map(({ path }) => path));
  const byDay = table.columns.some(({ name: column }) => column === RUN_DATE.name);
  const days = byDay ? "hive_partitioning = true, hive_types = {'run_date': VARCHAR}" : "hive_partitioning = false";
  const rows = files.length
    ? ` UNION ALL BY NAME SELECT * FROM read_parquet([${paths}], union_by_name = true, ${days})`
    : "";
  await connection.run(`CREATE OR REPLACE VIEW ${sqlName(name)} AS (SELECT ${columns} WHERE false)${rows}`);
}

/** Makes the views of the tables that a query names, each once. The answer is the bytes of their files. */
function viewMaker(
  connection: DuckDBConnection,
  files: TableFiles,
  catalog: Catalog,
  latest: string | undefined,
): (sql: string) => Promise<number> {
  const tables = new Map<string, Table>([...catalog.tables, ...runTables].map((table) => [table.name, table]));
  const bytesOf = new Map<string, number>();
  const makeViews = async (named: readonly { name: string; table: Table }[], run: string | undefined) => {
    const found = await files.ofEach(
      named.map(({ table }) => table.name),
      run,
    );
    for (const { name, table } of named) {
      const ofView = found.get(table.name)!;
      await createView(connection, name, run === undefined ? ofAllRuns(table) : table, ofView);
      bytesOf.set(
        name,
        ofView.reduce((total, { bytes }) => total + bytes, 0),
      );
    }
  };
  return async (sql) => {
    const named = [...namesIn(sql)].flatMap((name) => {
      const table = tables.get(name.replace(/^latest_/, ""));
      return table ? [{ name, table, isLatest: name === latestName(table.name) }] : [];
    });
    let bytes = 0;
    try {
      const missing = named.filter(({ name }) => !bytesOf.has(name));
      const ofLatest = missing.filter(({ isLatest }) => isLatest);
      if (latest) await makeViews(ofLatest, latest);
      else
        for (const { name, table } of ofLatest) {
          await createView(connection, name, table, []);
          bytesOf.set(name, 0);
        }
      await makeViews(
        missing.filter(({ isLatest }) => !isLatest),
        undefined,
      );
      for (const { name } of named) bytes += bytesOf.get(name)!;
    } catch (error) {
      throw duckDBError((error as Error).message, sql, []);
    }
    return bytes;
  };
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
