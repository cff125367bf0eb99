import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Sink } from "./objects.ts";

/** A file that appears under its name once it is whole. */
export function fileSink(path: string): Sink {
  const growing = `${path}.part`;
  let file: Promise<WriteStream> | undefined;
  const open = () => {
    file ??= mkdir(dirname(path), { recursive: true }).then(async () => {
      const stream = createWriteStream(growing);
      await once(stream, "open");
      return stream;
    });
    return file;
  };
  return {
    write: async (bytes) => {
      const stream = await open();
      if (!stream.write(bytes)) await once(stream, "drain");
    },
    finish: async () => {
      const stream = await open();
      stream.end();
      await once(stream, "close");
      await rename(growing, path);
    },
    abandon: async () => {
      if (!file) return;
      (await file).destroy();
      await rm(growing, { force: true });
    },
  };
}
