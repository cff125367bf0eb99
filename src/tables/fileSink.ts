import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../evidence/folders.ts";
import type { Sink } from "./objects.ts";

/** Bytes that are held back: a file of no more is written at once, which most files of tables are. */
const HELD_AT_MOST = 256 * 1024;

/** A file that appears under its name once it is whole. */
export function fileSink(path: string): Sink {
  const growing = `${path}.part`;
  let held: Uint8Array[] = [];
  let bytesHeld = 0;
  let file: Promise<WriteStream> | undefined;
  const folder = () => makeFolder(dirname(path));
  const taken = (): Buffer => {
    const bytes = Buffer.concat(held);
    held = [];
    bytesHeld = 0;
    return bytes;
  };
  const open = () => {
    file ??= folder().then(async () => {
      const stream = createWriteStream(growing);
      await once(stream, "open");
      return stream;
    });
    return file;
  };
  return {
    write: async (bytes) => {
      held.push(bytes);
      bytesHeld += bytes.length;
      if (bytesHeld < HELD_AT_MOST) return;
      const stream = await open();
      if (!stream.write(taken())) await once(stream, "drain");
    },
    finish: async () => {
      if (file) {
        const stream = await file;
        stream.end(taken());
        await once(stream, "close");
      } else {
        await folder();
        await writeFile(growing, taken());
      }
      await rename(growing, path);
    },
    abandon: async () => {
      if (file) (await file).destroy();
      await rm(growing, { force: true });
    },
  };
}
