import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Item } from "../evidence/item.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import type { Objects } from "./objects.ts";
import type { Citation } from "./resourceRow.ts";

/** Compressed bytes of an object that is read at once: unpacked, at most a thousand times as many. */
const READ_AT_ONCE = 64 * 1024;

/** An evidence object is not what the manifest says: nothing may be derived from it. */
export class EvidenceError extends Error {
  constructor(key: string, problem: string) {
    super(`${key}: ${problem}. Run itaudit verify to see what else has changed.`);
    this.name = "EvidenceError";
  }
}

/**
 * The items of a committed object, line by line.
 * @throws EvidenceError, after the last item, when the object's bytes are not those that the manifest counts
 */
export async function* itemsOf(objects: Objects, object: EvidenceObject): AsyncGenerator<[Item, Citation]> {
  const { key } = object;
  const read: BytesRead = { bytes: 0, hash: createHash("sha256") };
  let line = 0;
  try {
    // Most objects have a few items, of which streams cost more than all that is made of them.
    for await (const text of object.bytes > READ_AT_ONCE ? streamed(objects, key, read) : whole(objects, key, read)) {
      if (!text) continue;
      line += 1;
      yield [JSON.parse(text) as Item, { object: key, line }];
    }
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError(key, `cannot be read (${(error as Error).message})`);
  }
  if (read.hash.digest("hex") !== object.sha256 || read.bytes !== object.bytes)
    throw new EvidenceError(key, "its bytes are not those that the manifest counts");
  if (line !== object.items)
    throw new EvidenceError(key, `it has ${line} items, and the manifest counts ${object.items}`);
}

/** What was read of an object, as it is stored. */
interface BytesRead {
  bytes: number;
  readonly hash: ReturnType<typeof createHash>;
}

async function* whole(objects: Objects, key: string, read: BytesRead): AsyncGenerator<string> {
  const stored = await objects.read(key);
  if (!stored) throw new EvidenceError(key, "it is missing");
  read.hash.update(stored);
  read.bytes = stored.length;
  yield* gunzipSync(stored).toString("utf8").split("\n");
}

async function* streamed(objects: Objects, key: string, read: BytesRead): AsyncGenerator<string> {
  const stored = await objects.open(key);
  if (!stored) throw new EvidenceError(key, "it is missing");
  const counted = new PassThrough();
  counted.on("data", (chunk: Buffer) => {
    read.hash.update(chunk);
    read.bytes += chunk.length;
  });
  const unzipped = createGunzip();
  const piped = pipeline(stored, counted, unzipped);
  // Whoever reads the lines meets the error there; unhandled it would end the process first.
  piped.catch(() => undefined);
  yield* createInterface({ input: unzipped, crlfDelay: Number.POSITIVE_INFINITY });
  await piped;
}
