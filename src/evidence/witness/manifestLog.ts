import { logLeavesKey } from "../layout.ts";
import type { Manifest } from "../manifest.ts";
import { sha256 } from "../plan.ts";
import type { EvidenceSource } from "../source.ts";
import type { RunStore } from "../store.ts";

/** Hashes of one object. */
const BLOCK = 256;

const firstOf = (sequence: number): number => sequence - ((sequence - 1) % BLOCK);

/** The hashes of a block, where it stands and is whole. */
async function block(source: EvidenceSource, first: number, last: number): Promise<string[] | undefined> {
  const bytes = await source.read(logLeavesKey(first, last));
  const lines = Buffer.from(bytes ?? "")
    .toString("utf8")
    .split("\n")
    .slice(0, -1);
  const isWhole = lines.length === last - first + 1 && lines.every((line) => /^[0-9a-f]{64}$/.test(line));
  return isWhole ? lines : undefined;
}

async function blocksUpTo(source: EvidenceSource, sequence: number): Promise<string[] | undefined> {
  const newest = await block(source, firstOf(sequence), sequence);
  if (!newest) return undefined;
  const all: string[] = [];
  for (let first = 1; first < firstOf(sequence); first += BLOCK) {
    const hashes = await block(source, first, first + BLOCK - 1);
    if (!hashes) return undefined;
    all.push(...hashes);
  }
  return [...all, ...newest];
}

/**
 * The hashes of all manifests up to one, hex: those that stand in blocks, and back to them by what each manifest says of
 * the one before it. What a block says wrongly makes a log that no witness cosigns.
 */
export async function manifestsUpTo(
  store: RunStore,
  { manifest, bytes }: { manifest: Manifest; bytes: Uint8Array },
): Promise<string[]> {
  const tail = [sha256(bytes)];
  let { previous, sequence } = manifest;
  while (previous) {
    sequence -= 1;
    const standing = await blocksUpTo(store.source, sequence);
    if (standing) return [...standing, ...tail.toReversed()];
    tail.push(previous.manifest_sha256);
    const { run_id, run_date } = previous;
    const before = await store.readManifest(run_id, run_date);
    if (!before) throw new Error(`the manifest of run ${run_id}, with sequence number ${sequence}, is not there`);
    previous = before.manifest.previous;
  }
  return tail.toReversed();
}

/** The blocks of a log, by key: whole ones, and the last one as far as it goes. */
export function blocksOf(hashes: readonly string[]): Map<string, string> {
  const blocks = new Map<string, string>();
  for (let start = 0; start < hashes.length; start += BLOCK) {
    const part = hashes.slice(start, start + BLOCK);
    blocks.set(logLeavesKey(start + 1, start + part.length), part.map((hash) => `${hash}\n`).join(""));
  }
  return blocks;
}
