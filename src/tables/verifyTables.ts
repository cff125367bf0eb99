import { isModelled, TABLES_PREFIX, tableFileOf, tableKey } from "../evidence/layout.ts";
import { sha256 } from "../evidence/plan.ts";
import type { Catalog } from "./catalog.ts";
import type { Objects, Sink } from "./objects.ts";
import { readFileMetadata } from "./parquetMetadata.ts";
import type { SealedRun } from "./sealedRun.ts";
import { buildFile, columnsSha256, METADATA, tableFilesOf } from "./tabulate.ts";

/** A file of a run's tables that is not what the sealed evidence leads to. */
export interface TableProblem {
  key: string;
  problem: "missing" | "altered" | "of another manifest" | "of other columns" | "unknown";
}

/** Nothing is kept: the hash of what would have been written is all that counts. */
const nowhere: Sink = {
  write: () => Promise.resolve(),
  finish: () => Promise.resolve(),
  abandon: () => Promise.resolve(),
};

/**
 * Derives a run's tables once more and compares them, byte by byte, with those that stand. Evidence that is not as
 * sealed ends it, as it ends the deriving.
 * @throws EvidenceError
 */
export async function* verifyTables(
  objects: Objects,
  sealed: SealedRun,
  catalog: Catalog,
  progress: (done: number, of: number, table: string) => void = () => undefined,
): AsyncGenerator<TableProblem> {
  const files = tableFilesOf(sealed, catalog);
  const expected = new Set<string>();
  for (const [index, file] of files.entries()) {
    progress(index, files.length, file.table.name);
    const key = tableKey(file.table.name, sealed.run, sealed.date, file.part);
    expected.add(key);
    const standing = await objects.read(key);
    if (!standing) {
      yield { key, problem: "missing" };
      continue;
    }
    const built = await buildFile(objects, sealed, file, catalog, nowhere);
    if (built.sha256 === sha256(standing)) continue;
    const metadata = readFileMetadata(standing);
    if (metadata[METADATA.manifest] !== sealed.manifestSha256) yield { key, problem: "of another manifest" };
    else if (metadata[METADATA.columns] !== columnsSha256(file.table)) yield { key, problem: "of other columns" };
    else yield { key, problem: "altered" };
  }
  for await (const { key } of objects.list(TABLES_PREFIX)) {
    const file = tableFileOf(key);
    // Verdicts are what another engine answered: they are asked again, and not derived.
    if (file?.run !== sealed.run || expected.has(key) || isModelled(file) || file.table === "verdicts") continue;
    yield { key, problem: "unknown" };
  }
}
