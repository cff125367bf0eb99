import { randomUUID } from "node:crypto";
import { link, open, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EvidenceStore, ObjectUpload } from "./evidenceStore.ts";
import { folderSource } from "./folderSource.ts";
import { makeFolder } from "./folders.ts";

/** Below it lies what is being written, and what processes tell each other. No key of the bucket starts so. */
export const WORK_FOLDER = ".itaudit";

/** A folder of the bucket's layout, to be written to. An object appears under its name once it is whole. */
export function folderStore(folder: string): EvidenceStore {
  const pathOf = (key: string) => join(folder, ...key.split("/"));
  const growing = async (): Promise<string> => {
    const work = join(folder, WORK_FOLDER, "growing");
    await makeFolder(work);
    return join(work, randomUUID());
  };
  const source = folderSource(folder);
  return {
    source,
    create: async (key, body) => {
      const temporary = await growing();
      try {
        await writeFile(temporary, body);
        return await putInPlace(temporary, pathOf(key));
      } finally {
        await rm(temporary, { force: true });
      }
    },
    upload: (key) => fileUpload(growing, pathOf(key)),
    count: async (prefix) => {
      let found = 0;
      for await (const _ of source.list(prefix, LISTED)) found += 1;
      return found;
    },
  };
}

/** As many as S3 lists on a page. */
const LISTED = 1000;

/**
 * Gives a whole file its name, unless another has it. A second name for the same file is made at once or not at all,
 * whoever else tries.
 */
async function putInPlace(temporary: string, path: string): Promise<boolean> {
  await makeFolder(dirname(path));
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function fileUpload(growing: () => Promise<string>, path: string): ObjectUpload {
  let temporary: string | undefined;
  return {
    part: async (bytes) => {
      temporary ??= await growing();
      const file = await open(temporary, "a");
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
    },
    finish: async () => {
      if (!temporary) throw new Error(`${path}: nothing was written`);
      try {
        return await putInPlace(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}
