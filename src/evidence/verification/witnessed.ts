import * as layout from "../layout.ts";
import type { EvidenceSource } from "../source.ts";
import { type Checkpoint, historyOf, type ManifestHashes, parseCheckpoint } from "../witness/checkpoint.ts";
import { cosignedBy, type WitnessKey } from "../witness/cosignature.ts";
import { parseNote } from "../witness/note.ts";
import { readBounded } from "./document.ts";
import type { Findings } from "./finding.ts";

/** Bytes of a checkpoint: some hundred for each signature. */
const CHECKPOINT_AT_MOST = 65_536;

/** A witness outside, and checkpoints of it that were kept elsewhere. */
export interface GivenWitness {
  key: WitnessKey;
  /** Signed notes, as they were kept. */
  checkpoints: readonly string[];
}

/** How far a witness has seen the chain. */
export interface Witnessed {
  /** As the witness calls itself. */
  name: string;
  /** Sequence number of the newest run that it has seen. */
  sequence: number;
  /** When, by its clock (ISO 8601). */
  seen_at: string;
}

/** A checkpoint of the witness; `key` where it lies in the copy. */
export type Cosigned = Witnessed & { checkpoint: Checkpoint; key?: string };

/** A checkpoint of the witness; "altered": a line says it is, and is not; undefined: nothing in it is the witness's. */
function read(text: string, key: WitnessKey): Omit<Cosigned, "key"> | "altered" | undefined {
  const note = parseNote(text);
  const checkpoint = note && parseCheckpoint(note.text);
  if (!checkpoint) return "altered";
  for (const line of note.signatures) {
    const seen = cosignedBy(key, line, note.text);
    if (seen === "misfit") return "altered";
    if (seen) return { name: line.name, sequence: checkpoint.size, seen_at: seen.toISOString(), checkpoint };
  }
  return undefined;
}

/** @throws Error where a checkpoint that was kept is not the witness's */
function readCheckpoints({ key, checkpoints }: GivenWitness): Cosigned[] {
  return checkpoints.map((text) => {
    const found = read(text, key);
    if (!found || found === "altered") throw new Error("a given checkpoint is not cosigned by the given witness");
    return found;
  });
}

/**
 * Every checkpoint that a witness has cosigned: those in the copy, and those that were kept. To be read before the
 * manifests, as each was made over manifests that were there.
 * @throws Error where a checkpoint that was kept is not the witness's
 */
export async function readCosigned(source: EvidenceSource, witness: GivenWitness, say: Findings): Promise<Cosigned[]> {
  const cosigned = readCheckpoints(witness);
  for await (const { key } of source.list(layout.CHECKPOINTS_PREFIX)) {
    if (!layout.isCheckpoint(key)) continue;
    const content = await readBounded(source, key, CHECKPOINT_AT_MOST);
    const found = "bytes" in content ? read(content.bytes.toString("utf8"), witness.key) : "altered";
    if (found === "altered") say.violation("altered", key, "it is no checkpoint, or its cosignature is not of it");
    else if (found) cosigned.push({ ...found, key });
  }
  return cosigned;
}

/** Compares a chain with what a witness has cosigned: all that it has seen must still be there as it was. */
export function checkWitnessed(
  cosigned: readonly Cosigned[],
  manifests: ManifestHashes,
  say: Findings,
): Witnessed | undefined {
  const contradiction = historyOf(manifests);
  const newest = cosigned.reduce<Cosigned | undefined>(
    (best, each) => (best && best.sequence >= each.sequence ? best : each),
    undefined,
  );
  for (const { checkpoint, name, seen_at, key } of cosigned) {
    const problem = contradiction(checkpoint);
    if (!problem) continue;
    const where = key ?? "as given";
    say.violation(
      "rollback",
      layout.chainKey(Math.max(checkpoint.size, 1)),
      `${name} saw at ${seen_at} another history of ${checkpoint.origin} up to sequence number ${checkpoint.size} (${where}): ${problem}`,
    );
  }
  if (!newest || newest.sequence < manifests.last)
    say.notice(
      "unwitnessed",
      layout.chainKey((newest?.sequence ?? 0) + 1),
      `the witness has cosigned no checkpoint from sequence number ${(newest?.sequence ?? 0) + 1} on, of ${manifests.last}`,
    );
  return newest && { name: newest.name, sequence: newest.sequence, seen_at: newest.seen_at };
}
