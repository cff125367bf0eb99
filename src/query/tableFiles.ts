import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { tableFileOf, tablePrefix } from "../evidence/layout.ts";
import type { Objects } from "../tables/objects.ts";
import { listSealedRuns, readManifestSha256 } from "../tables/sealedRun.ts";
import { METADATA } from "../tables/tabulate.ts";
import { sqlText } from "./sqlText.ts";

/** A Parquet file of a table. */
export interface TableFilePath {
  path: string;
  run: string;
  bytes: number;
}

/** The files of tables that may be queried. */
export interface TableFiles {
  /** Runs that are sealed, oldest first, with tables or without. */
  sealed: readonly string[];
  /** Files of a table, or of one run of it, that were derived from the manifest of a sealed run. */
  of(table: string, run?: string): Promise<TableFilePath[]>;
}

/** Where the files of tables lie. */
export interface TableFolder {
  /** A copy of the evidence bucket. */
  folder: string;
  objects: Objects;
  /** Brings the objects below a prefix into the folder, where it is not a whole copy. */
  pull: (prefix: string, wanted?: (key: string) => boolean) => Promise<void>;
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
    const wanted = (key: string) => !run || tableFileOf(key)?.run === run;
    await pull(tablePrefix(table), wanted);
    const files: TableFilePath[] = [];
    for await (const { key, bytes } of objects.list(tablePrefix(table))) {
      const file = tableFileOf(key);
      if (!file || !wanted(key)) continue;
      if (dates.has(file.run)) files.push({ path: join(folder, ...key.split("/")), run: file.run, bytes });
      else warn(`${key} is left out: its run is not sealed`);
    }
    return files;
  };
  const of = async (table: string, run?: string): Promise<TableFilePath[]> => {
    const files = await ofSealedRuns(table, run);
    const derivedFrom = await readDerivedFrom(connection, files);
    const derived: TableFilePath[] = [];
    for (const file of files) {
      if (derivedFrom.get(file.path) === (await manifestOf(file.run))) derived.push(file);
      else
        warn(`${file.path} is left out: it was not derived from the manifest that stands. Run itaudit tables build.`);
    }
    return derived;
  };
  return { sealed: [...dates.keys()], of };
}

/** The SHA-256 of the manifest that each file was derived from, by the file's path. */
async function readDerivedFrom(
  connection: DuckDBConnection,
  files: readonly TableFilePath[],
): Promise<ReadonlyMap<string, string>> {
  if (!files.length) return new Map();
  const reader = await connection.runAndReadAll(
    `SELECT file_name, decode(value) FROM parquet_kv_metadata([${files.map(({ path }) => sqlText(path)).join(", ")}])
     WHERE decode(key) = ${sqlText(METADATA.manifest)}`,
  );
  return new Map(reader.getRows().map(([path, hash]) => [String(path), String(hash)]));
}
