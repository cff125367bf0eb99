import { createReadStream } from "node:fs";
import { access, lstat, readdir, readFile, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { EvidenceSource } from "./source.ts";

/** A copy of the bucket (`aws s3 sync`, `itaudit pull`): each key is a path below the folder. */
export function folderSource(folder: string): EvidenceSource {
  /** The path of a key that stays below the folder; keys come from documents that anyone may have written. */
  const pathOf = (key: string): string | undefined =>
    key.split("/").some((part) => part === "" || part === "." || part === "..") || /[\\\0]/.test(key)
      ? undefined
      : join(folder, ...key.split("/"));
  const missing = (error: NodeJS.ErrnoException): undefined => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "EISDIR") return undefined;
    throw error;
  };
  return {
    name: folder.endsWith(sep) ? folder : `${folder}${sep}`,
    read: async (key) => {
      const path = pathOf(key);
      return path ? readFile(path).catch(missing) : undefined;
    },
    open: async (key) => {
      const path = pathOf(key);
      const found = path ? await stat(path).catch(missing) : undefined;
      return path && found?.isFile() ? createReadStream(path) : undefined;
    },
    async *list(prefix, atMost = Number.POSITIVE_INFINITY) {
      let left = atMost;
      for await (const each of walk(folder, nearest(prefix), prefix)) {
        if (left-- <= 0) return;
        yield each;
      }
    },
    folders: async (prefix) => {
      const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(missing);
      return (entries ?? [])
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${prefix}${name}/`)
        .sort();
    },
  };
}

/** The innermost folder that holds all keys of a prefix, with its slash; its neighbours need not be looked at. */
function nearest(prefix: string): string {
  const folders = prefix.split("/").slice(0, -1);
  return folders.some((part) => part === "" || part === "." || part === "..")
    ? ""
    : folders.map((name) => `${name}/`).join("");
}

async function* walk(folder: string, below: string, prefix: string): AsyncIterable<{ key: string; bytes: number }> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(
    async (error: NodeJS.ErrnoException) => {
      if (below === "" || (error.code !== "ENOENT" && error.code !== "ENOTDIR")) throw error;
      // What is missing is the key's folder, or the copy as a whole.
      await access(folder);
      return [];
    },
  );
  // A folder sorts as its keys do, with the slash after its name.
  const named = entries.map((entry) => ({ entry, key: `${below}${entry.name}${entry.isDirectory() ? "/" : ""}` }));
  named.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  for (const { entry, key } of named) {
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (entry.isDirectory()) yield* walk(folder, key, prefix);
    else if (key.startsWith(prefix)) yield { key, bytes: (await lstat(join(folder, key))).size };
  }
}
