import { constants, type Dirent } from "node:fs";
import { access, lstat, open as openFile, readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { EvidenceSource, Listed } from "./source.ts";

/** Errors of paths at which there is no file: a link to itself, a name that is too long. One that may not be read is there. */
const NO_FILE = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENXIO", "EINVAL"]);

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (NO_FILE.has(error.code ?? "")) return undefined;
  throw error;
};

/** A copy of the bucket (`aws s3 sync`, `itaudit pull`): each key is a path below the folder. */
export function folderSource(folder: string): EvidenceSource {
  /** The path of a key that stays below the folder; keys come from documents that anyone may have written. */
  const pathOf = (key: string): string | undefined =>
    key.split("/").some((part) => part === "" || part === "." || part === "..") || /[\\\0]/.test(key)
      ? undefined
      : join(folder, ...key.split("/"));
  /** A file, and nothing that a read waits for: no pipe, no device. */
  const file = async (key: string) => {
    const path = pathOf(key);
    if (!path || !(await stat(path).catch(missing))?.isFile()) return undefined;
    // What has become a pipe in between is not waited for.
    return openFile(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(missing);
  };
  return {
    name: folder.endsWith(sep) ? folder : `${folder}${sep}`,
    read: async (key) => {
      const handle = await file(key);
      try {
        return await handle?.readFile();
      } finally {
        await handle?.close();
      }
    },
    open: async (key) => (await file(key))?.createReadStream(),
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

/** A name as a part of a key: bytes that are not UTF-8 are shown as `\xff`, which no key of the system has. */
function nameOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (Buffer.from(text, "utf8").equals(bytes)) return text;
  return [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join("");
}

/** A file of a folder that is being walked: its path as bytes, since names need not be UTF-8. */
interface Walked {
  path: Buffer;
  key: string;
  isFolder: boolean;
}

async function entriesOf(path: Buffer, below: string): Promise<Walked[]> {
  const entries = (await readdir(path, { withFileTypes: true, encoding: "buffer" })) as unknown as (Omit<
    Dirent,
    "name"
  > & { name: Buffer })[];
  const walked = entries.map((entry) => {
    const isFolder = entry.isDirectory();
    // A folder sorts as its keys do, with the slash after its name.
    const key = `${below}${nameOf(entry.name)}${isFolder ? "/" : ""}`;
    return { path: Buffer.concat([path, Buffer.from(sep), entry.name]), key, isFolder };
  });
  return walked.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
}

async function* walk(folder: string, from: string, prefix: string): AsyncIterable<Listed> {
  const top = Buffer.from(join(folder, from));
  let entries: Walked[];
  try {
    entries = await entriesOf(top, from);
  } catch (error) {
    if (from === "") throw error;
    if (!NO_FILE.has((error as NodeJS.ErrnoException).code ?? "")) return yield unreadableFolder(from, error);
    // What is missing is the key's folder, or the copy as a whole.
    await access(folder);
    return;
  }
  // Folders that are being walked, the innermost last: depth is bounded by no stack of calls.
  const open = [entries.values()];
  for (let inner = open.at(-1); inner; inner = open.at(-1)) {
    const { value: entry } = inner.next();
    if (!entry) {
      open.pop();
      continue;
    }
    const { key, path, isFolder } = entry;
    if (!key.startsWith(prefix) && !prefix.startsWith(key)) continue;
    if (!isFolder) {
      if (key.startsWith(prefix)) yield { key, bytes: await sizeOf(path) };
      continue;
    }
    try {
      open.push((await entriesOf(path, key)).values());
    } catch (error) {
      yield unreadableFolder(key, error);
    }
  }
}

const unreadableFolder = (key: string, error: unknown): Listed => ({
  key,
  bytes: 0,
  problem: `the folder cannot be read: ${(error as NodeJS.ErrnoException).code}`,
});

/** Bytes of a file, or of what a link leads to. */
async function sizeOf(path: Buffer): Promise<number> {
  const found = (await stat(path).catch(() => undefined)) ?? (await lstat(path).catch(() => undefined));
  return found?.size ?? 0;
}
