import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const BundleRecord = z.object({
  /** What was bundled, and by what. */
  entry: z.string(),
  /** Hex SHA-256 of every file that the bundle depends on, relative to the project; null: there was none. */
  files: z.record(z.string(), z.string().nullable()),
  /** Those of them that went into it. */
  inputs: z.array(z.string()),
  /** Hex SHA-256 of the module. */
  sha256: z.string(),
});

/** What is read of a bundle that was made before. */
export interface CachedBundle {
  source: string;
  inputs: string[];
}

export const sha256Of = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const MODULE = "module.mjs";
const RECORD = "made.json";

/** Hashes of a project's files, each read once. */
export function fileHashes(root: string): (path: string) => string | null {
  const hashes = new Map<string, string | null>();
  return (path) => {
    let hash = hashes.get(path);
    if (hash === undefined) {
      hash = existsSync(join(root, path)) ? sha256Of(readFileSync(join(root, path))) : null;
      hashes.set(path, hash);
    }
    return hash;
  };
}

/**
 * The bundle that stands in a folder, if it was made of the same entry and of files that are all as they were then:
 * making the bundles of all auditors takes some twenty seconds, hashing what they are made of half a second.
 * @returns undefined where it is to be made again
 */
export function readBundleCache(
  folder: string,
  entry: string,
  hashOf: (path: string) => string | null,
): CachedBundle | undefined {
  try {
    const cached = BundleRecord.parse(JSON.parse(readFileSync(join(folder, RECORD), "utf8")));
    if (cached.entry !== entry) return undefined;
    if (Object.entries(cached.files).some(([path, hash]) => hashOf(path) !== hash)) return undefined;
    const source = readFileSync(join(folder, MODULE), "utf8");
    return sha256Of(source) === cached.sha256 ? { source, inputs: cached.inputs } : undefined;
  } catch {
    // Never made, or another process is making it.
    return undefined;
  }
}

/**
 * Keeps a module in a folder with what it was made of, unless one of the files was written since: what was bundled is
 * not known then.
 * @param files all that it depends on, relative to the project
 * @param began milliseconds since the epoch
 */
export function writeBundleCache(
  root: string,
  folder: string,
  { entry, source, inputs }: CachedBundle & Pick<z.infer<typeof BundleRecord>, "entry">,
  files: readonly string[],
  began: number,
): void {
  if (files.some((path) => (statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0) >= began)) return;
  const hashOf = fileHashes(root);
  const hashes = Object.fromEntries(files.map((path) => [path, hashOf(path)]));
  const contents = {
    [MODULE]: source,
    [RECORD]: JSON.stringify({ entry, files: hashes, inputs, sha256: sha256Of(source) }),
  };
  for (const [name, text] of Object.entries(contents)) {
    const temporary = join(folder, `${name}.${randomUUID()}`);
    writeFileSync(temporary, text);
    renameSync(temporary, join(folder, name));
  }
}
