import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { folderSource } from "../evidence/folderSource.ts";
import { makeFolder } from "../evidence/folders.ts";
import { fileSink } from "./fileSink.ts";
import type { Objects } from "./objects.ts";

/** A folder whose files are the bucket's objects. */
export function folderObjects(folder: string): Objects {
  const path = (key: string) => join(folder, ...key.split("/"));
  return {
    ...folderSource(folder),
    create: (key) => fileSink(path(key)),
    copy: async (from, to) => {
      await makeFolder(dirname(path(to)));
      await copyFile(path(from), path(to));
    },
  };
}
