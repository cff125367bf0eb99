import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { tableFileOf, tablePrefix } from "../evidence/layout.ts";
import type { Objects } from "../tables/objects.ts";
import { listSealedRuns, readManifestSha256 } from "../tables/sealedRun.ts";
import { METADATA } from "../tables/tabulate.ts";
import { sqlText, sqlTexts } from "./sqlText.ts";

/** A Parquet file of a table. */
export interface TableFilePath {
  path: string;
  run: string;
  bytes: number;
  /** Of the columns that it has. */
  columnsSha256?: string | undefined;
}

/** The files of tables that may be queried. */
export interface TableFiles {
  /** Runs that are sealed, oldest first, with tables or without. */
  sealed: readonly string[];
  /** Files of a table, or of one run of it, that were derived from the manifest of a sealed run. */
  of(table: string, run?: string): Promise<TableFilePath[]>;
  /** The same of several tables, which takes about as long as of one. */
  ofEach(tables: readonly string[], run?: string): Promise<ReadonlyMap<string, TableFilePath[]>>;
}

/** Where the files of tables lie. */
export interface TableFolder {
  /** A copy of the evidence bucket. */
  folder: string;
  objects: Objects;
  /** Brings the objects below a prefix into the folder, where it is not a whole copy. */
  pull: (prefix: string, isNeeded?: (key: string) => boolean) => Promise<void>;
  /** Told of each file that is left out, because its run is not sealed or it was made from another manifest. */
  warn: (message: string) => void;
}

/** @param connection reads what each file says of the manifest that it was derived from */
export async function tableFiles(connection: DuckDBConnection, at: TableFolder): Promise<TableFiles> {
  const { folder, objects, pull, warn } = at;
  const dates = new Map((await listSealedRuns(objects)).map(({ run, date }) => [run, date]));
  const manifests = new Map<string, Promise<string>>();
  const manifestOf = (run: string): Promise<string> => {
    const hash = manifests.get(run) ?? readManifestSha256(objects, run, dates.get(run)!);
    manifests.set(run, hash);
    return hash;
  };
  const ofSealedRuns = async (table: string, run: string | undefined): Promise<TableFilePath[]> => {
    const isNeeded = (key: string) => !run || tableFileOf(key)?.run === run;
    await pull(tablePrefix(table), isNeeded);
    const files: TableFilePath[] = [];
    for await (const { key, bytes } of objects.list(tablePrefix(table))) {
      const file = tableFileOf(key);
      if (!file || !isNeeded(key)) continue;
      if (dates.has(file.run)) files.push({ path: join(folder, ...key.split("/")), run: file.run, bytes });
      else warn(`${key} is left out: its run is not sealed`);
    }
    return files;
  };
  const ofEach = async (tables: readonly string[], run?: string): Promise<Map<string, TableFilePath[]>> => {
    const found: [string, TableFilePath[]][] = [];
    for (const table of tables) found.push([table, await ofSealedRuns(table, run)]);
    const metadata = await readMetadata(
      connection,
      found.flatMap(([, files]) => files),
    );
    const derived = new Map<string, TableFilePath[]>(tables.map((table) => [table, []]));
    for (const [table, files] of found)
      for (const file of files) {
        const { manifest, columns } = metadata.get(file.path) ?? {};
        if (manifest === (await manifestOf(file.run))) derived.get(table)!.push({ ...file, columnsSha256: columns });
        else
          warn(`${file.path} is left out: it was not derived from the manifest that stands. Run itaudit tables build.`);
      }
    return derived;
  };
  const of = async (table: string, run?: string) => (await ofEach([table], run)).get(table)!;
  return { sealed: [...dates.keys()], of, ofEach };
}

/** Of each file, by its path, the SHA-256 of the manifest that it was derived from, and of the columns that it has. */
async function readMetadata(
  connection: DuckDBConnection,
  files: readonly TableFilePath[],
): Promise<ReadonlyMap<string, { manifest?: string; columns?: string }>> {
  if (!files.length) return new Map();
  const reader = await connection.runAndReadAll(
    `SELECT file_name, decode(key), decode(value)
     FROM parquet_kv_metadata([${files.map(({ path }) => sqlText(path)).join(", ")}])
     WHERE decode(key) IN (${sqlTexts([METADATA.manifest, METADATA.columns])})`,
  );
  const metadata = new Map<string, { manifest?: string; columns?: string }>();
  for (const [path, key, value] of reader.getRows().map((row) => row.map(String)) as [string, string, string][])
    metadata.set(path, { ...metadata.get(path), [key === METADATA.manifest ? "manifest" : "columns"]: value });
  return metadata;
}
