import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBEngine } from "../src/query/duckdb.ts";
import type { Catalog } from "../src/tables/catalog.ts";
import type { Objects } from "../src/tables/objects.ts";
import { say } from "./terminal.ts";

/** Which tables are to be asked, and of which run. */
export interface TablesOptions {
  evidence: Objects;
  /** The folder, where the evidence is a copy in one. */
  dir?: string | undefined;
  catalog: Catalog;
  /** The run that `latest_` shows; the last one of everything when left out. */
  run?: string | undefined;
  /** True: runs are asked by their ids, not by `latest_`. */
  byRun?: boolean;
  memoryMegabytes?: number;
  /** Gets what is being fetched. */
  progress: (text: string) => void;
}

/**
 * Opens DuckDB over tables. Those of a bucket are fetched as they are asked for, into a folder that goes when the engine
 * is closed; those of a copy are read where they are.
 */
export async function openTables(options: TablesOptions): Promise<DuckDBEngine> {
  const { evidence, dir, catalog, run, byRun = false, memoryMegabytes, progress } = options;
  const { duckDBEngine } = await import("../src/query/duckdb.ts");
  const common = {
    catalog,
    byRun,
    warn: (message: string) => say(`itaudit: ${message}`),
    ...(run === undefined ? {} : { run }),
    ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }),
  };
  if (dir) return duckDBEngine({ folder: dir, ...common });
  const { pullInto } = await import("../src/tables/pullInto.ts");
  const folder = await mkdtemp(join(tmpdir(), "itaudit-tables-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const pull = pullInto(evidence, folder, (key) => progress(`fetching ${key}`));
    const engine = await duckDBEngine({ folder, pull, ...common });
    return { ...engine, close: () => engine.close().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
