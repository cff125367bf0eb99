import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isSafeKey } from "../evidence/pull.ts";
import { fileSink } from "./fileSink.ts";
import type { Objects } from "./objects.ts";

/** Brings objects of the bucket into a folder, each once; keys that could lead out of it are left where they are. */
export function pullInto(
  from: Objects,
  folder: string,
  progress: (key: string) => void,
): (prefix: string, selects?: (key: string) => boolean) => Promise<void> {
  const here = new Set<string>();
  return async (prefix, selects = () => true) => {
    for await (const { key } of from.list(prefix)) {
      if (here.has(key) || !isSafeKey(key) || !selects(key)) continue;
      progress(key);
      const stored = await from.open(key);
      if (!stored) continue;
      const sink = fileSink(join(folder, ...key.split("/")));
      await pipeline(
        stored,
        new Writable({ write: (chunk: Buffer, _encoding, done) => void sink.write(chunk).then(() => done(), done) }),
      );
      await sink.finish();
      here.add(key);
    }
  };
}
