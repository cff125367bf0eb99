import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Item } from "../evidence/item.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import type { Objects } from "./objects.ts";
import type { Citation } from "./resourceRow.ts";

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
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = new PassThrough();
  counted.on("data", (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  const unzipped = createGunzip();
  const stored = await objects.open(object.key);
  if (!stored) throw new EvidenceError(object.key, "it is missing");
  const piped = pipeline(stored, counted, unzipped);
  // Whoever reads the lines meets the error there; unhandled it would end the process first.
  piped.catch(() => undefined);
  let line = 0;
  try {
    for await (const text of createInterface({ input: unzipped, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (!text) continue;
      line += 1;
      yield [JSON.parse(text) as Item, { object: object.key, line }];
    }
    await piped;
  } catch (error) {
    throw new EvidenceError(object.key, `cannot be read (${(error as Error).message})`);
  }
  if (hash.digest("hex") !== object.sha256 || bytes !== object.bytes)
    throw new EvidenceError(object.key, "its bytes are not those that the manifest counts");
  if (line !== object.items)
    throw new EvidenceError(object.key, `it has ${line} items, and the manifest counts ${object.items}`);
}
