import { createReadStream } from "node:fs";
import { access, lstat, readdir, readFile, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";

/** Where evidence is read from: the bucket, or a copy of it in a folder. */
export interface EvidenceSource {
  /** For messages: `s3://bucket/`, or the folder. */
  name: string;
  /** @returns undefined when there is no such object */
  read(key: string): Promise<Uint8Array | undefined>;
  /** @returns undefined when there is no such object */
  open(key: string): Promise<Readable | undefined>;
  /** Objects whose keys start with a prefix, in the order of their keys (as UTF-8 bytes), a page at a time. */
  list(prefix: string, atMost?: number): AsyncIterable<{ key: string; bytes: number }>;
  /** Folders right below a prefix that ends with a slash, each with its slash, in order. */
  folders(prefix: string): Promise<string[]>;
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound");

export function bucketSource(s3: S3Client, bucket: string): EvidenceSource {
  const get = async (key: string) => {
    try {
      return (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  return {
    name: `s3://${bucket}/`,
    read: async (key) => (await get(key))?.transformToByteArray(),
    open: async (key) => (await get(key)) as Readable | undefined,
    async *list(prefix, atMost) {
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: atMost, ContinuationToken: token }),
        );
        for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
        token = atMost ? undefined : page.NextContinuationToken;
      } while (token);
    },
    folders: async (prefix) => {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: "/", ContinuationToken: token }),
        );
        for (const each of page.CommonPrefixes ?? []) if (each.Prefix) found.push(each.Prefix);
        token = page.NextContinuationToken;
      } while (token);
      return found;
    },
  };
}

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
