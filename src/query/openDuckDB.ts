import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { likeTrino } from "./likeTrino.ts";
import { sqlText } from "./sqlText.ts";

/** What a thread needs at least. @see https://duckdb.org/docs/stable/guides/performance/environment */
const MEGABYTES_OF_A_THREAD = 125;

/** A connection to a DuckDB of its own; closing it removes what went to disk. */
export interface OpenDuckDB {
  connection: DuckDBConnection;
  close: () => Promise<void>;
}

/**
 * Opens a DuckDB in this process that reads the files below one folder: no other file, no network, and no query can
 * open more.
 * @param memoryMegabytes beyond which it goes to disk
 */
export async function openDuckDB(folder: string, memoryMegabytes: number): Promise<OpenDuckDB> {
  const spill = await mkdtemp(join(tmpdir(), "itaudit-duckdb-"));
  const threads = Math.min(availableParallelism(), Math.floor(memoryMegabytes / MEGABYTES_OF_A_THREAD));
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${memoryMegabytes}MB`,
    threads: String(Math.max(1, threads)),
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
  try {
    await connection.run("SET TimeZone = 'UTC'");
    // A report asks the same few files hundreds of times.
    await connection.run("SET parquet_metadata_cache = true");
    await likeTrino(connection);
    await connection.run(`SET allowed_directories = [${sqlText(folder)}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
  } catch (error) {
    await close();
    throw error;
  }
  return { connection, close };
}
