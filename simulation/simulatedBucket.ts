import { Readable } from "node:stream";
import type { StoredObject } from "../sandbox/state.ts";
import type { EvidenceSource } from "../src/evidence/source.ts";

/** A bucket as it is, for whoever reads evidence: the newest version of each object, and no request. */
export function bucketSource(objects: ReadonlyMap<string, readonly StoredObject[]>): EvidenceSource {
  const keys = [...objects.keys()].sort();
  const bodyOf = (key: string) => objects.get(key)?.at(-1)?.body;
  return {
    name: "the simulated bucket",
    read: async (key) => bodyOf(key),
    open: async (key) => {
      const body = bodyOf(key);
      return body && Readable.from([body]);
    },
    async *list(prefix, atMost) {
      const found = keys.filter((key) => key.startsWith(prefix)).slice(0, atMost);
      for (const key of found) yield { key, bytes: bodyOf(key)!.length };
    },
    folders: async (prefix) => [
      ...new Set(
        keys.flatMap((key) =>
          key.startsWith(prefix) && key.includes("/", prefix.length)
            ? key.slice(0, key.indexOf("/", prefix.length) + 1)
            : [],
        ),
      ),
    ],
  };
}
