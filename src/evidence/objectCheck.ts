import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import { LinesHash } from "./linesHash.ts";
import type { EvidenceSource } from "./source.ts";

/** What a seal says of one object. */
export interface Expected {
  key: string;
  bytes: number;
  sha256: string;
  /** Undefined for a document, which is not unpacked. */
  items?: number;
  merkleRoot?: string | undefined;
  sortedSha256?: string | undefined;
}

/** What is not as sealed. */
export interface Difference {
  kind: "missing" | "altered" | "truncated" | "re-ordered" | "miscounted";
  problem: string;
  /** SHA-256 of what stands there. */
  found?: string;
}

/** The same items packed otherwise are not much larger; whatever is, is not unpacked to find out. */
const packedAtMost = ({ bytes }: Expected): number => 20 * bytes + 4096;

/** Bytes that are kept to be unpacked without reading them again. */
const KEPT_AT_MOST = 4 * 1024 * 1024;
/** Bytes that are unpacked within the call: a thousand times as many at the very most. */
const UNPACKED_AT_ONCE = 64 * 1024;

/**
 * Compares an object with what the seal says of it, streaming. It is unpacked when its bytes are those that were
 * sealed, or when it is about as large and may hold the same lines: a gzip bomb put in an object's place is named by
 * its hash and opened no further than some megabytes, and one that is far larger is not read.
 * @param size as it is listed
 */
export async function checkObject(
  source: EvidenceSource,
  expected: Expected,
  size: number,
): Promise<Difference | "as sealed"> {
  if (size > packedAtMost(expected))
    return { kind: "altered", problem: `it has ${size} bytes, and was sealed with ${expected.bytes}` };
  const stream = await source.open(expected.key);
  if (!stream) return { kind: "missing", problem: "it was sealed, and there is no file that can be read" };
  const { bytes, sha256, buffer } = await contentOf(stream);
  if (sha256 === expected.sha256) {
    if (expected.items === undefined) return "as sealed";
    const items = await itemsOf(source, expected.key, buffer);
    if (items === expected.items) return "as sealed";
    const content = items === undefined ? "cannot be unpacked" : `holds ${items} items`;
    return { kind: "miscounted", problem: `it ${content}, and was sealed with ${expected.items}` };
  }
  return { ...(await differenceOf(source, expected, bytes, sha256)), found: sha256 };
}

/** What became of an object that is not as sealed, as far as its lines tell. */
async function differenceOf(
  source: EvidenceSource,
  expected: Expected,
  bytes: number,
  sha256: string,
): Promise<Difference> {
  const isComparable = expected.merkleRoot !== undefined && bytes < packedAtMost(expected);
  const lines = isComparable ? await linesOf(source, expected) : undefined;
  if (lines && lines.merkle_root === expected.merkleRoot)
    return { kind: "altered", problem: "it holds the lines it was sealed with, compressed differently" };
  if (lines?.sorted_sha256 && lines.sorted_sha256 === expected.sortedSha256)
    return { kind: "re-ordered", problem: "it holds the items it was sealed with, in another order" };
  if (bytes < expected.bytes)
    return { kind: "truncated", problem: `it has ${bytes} bytes, and was sealed with ${expected.bytes}` };
  return { kind: "altered", problem: `its SHA-256 is ${sha256}, and was sealed as ${expected.sha256}` };
}

async function contentOf(stream: Readable): Promise<{ bytes: number; sha256: string; buffer: Buffer | undefined }> {
  const hash = createHash("sha256");
  let bytes = 0;
  let chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes <= KEPT_AT_MOST) chunks.push(chunk);
    else chunks = [];
  }
  return { bytes, sha256: hash.digest("hex"), buffer: bytes <= KEPT_AT_MOST ? Buffer.concat(chunks) : undefined };
}

/** @returns undefined when it is not whole gzip, or is gone by now */
async function itemsOf(source: EvidenceSource, key: string, content: Buffer | undefined): Promise<number | undefined> {
  try {
    // Most objects are small: a stream and its thread would cost a hundred times what there is to unpack.
    if (content && content.length <= UNPACKED_AT_ONCE) return linesIn(gunzipSync(content));
    const stream = content ? Readable.from([content]) : await source.open(key);
    if (!stream) return undefined;
    let lines = 0;
    for await (const chunk of unzipped(stream) as AsyncIterable<Buffer>) lines += linesIn(chunk);
    return lines;
  } catch {
    return undefined;
  }
}

/** Errors of the reading end the unpacking too. */
function unzipped(stream: Readable): Readable {
  const gunzip = createGunzip();
  stream.once("error", (error) => gunzip.destroy(error));
  return stream.pipe(gunzip);
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}

/** Bytes of one line, and of an unpacked object for each of its packed bytes, beyond which there is nothing to find out. */
const LINE_AT_MOST = 4 * 1024 * 1024;
const UNpackedAtMost = 256 * 1024 * 1024;

/** What the lines of an altered object come to; undefined when it is not readable, or is too large to ask. */
async function linesOf(
  source: EvidenceSource,
  { key, items = 0 }: Expected,
): Promise<ReturnType<LinesHash["digests"]> | undefined> {
  const stream = await source.open(key);
  if (!stream) return undefined;
  const sum = new LinesHash();
  let rest = Buffer.alloc(0);
  let unpacked = 0;
  let lines = 0;
  try {
    for await (const chunk of unzipped(stream) as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      if (unpacked > UNpackedAtMost || lines > items || rest.length > LINE_AT_MOST) return undefined;
      rest = Buffer.concat([rest, chunk]);
      let start = 0;
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10, start)) {
        sum.add(rest.subarray(start, at));
        start = at + 1;
        lines += 1;
      }
      rest = rest.subarray(start);
    }
    return lines === items && !rest.length ? sum.digests() : undefined;
  } catch {
    return undefined;
  } finally {
    stream.destroy();
  }
}
