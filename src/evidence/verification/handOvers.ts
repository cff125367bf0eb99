import { type HandOver, KeyHandOver, readKeyHandOver } from "../keyHandOver.ts";
import * as layout from "../layout.ts";
import type { EvidenceSource } from "../source.ts";
import { parseDocument, readBounded } from "./document.ts";
import type { Findings } from "./finding.ts";
import type { SealRecord } from "./sealRecord.ts";

/** Bytes of a record: two keys and two signatures. */
const RECORD_AT_MOST = 16_384;

/** Records of changes of key by their sequence numbers; undefined: it is there, and is not signed by both keys. */
export type HandOvers = ReadonlyMap<number, HandOver | undefined>;

export async function readHandOvers(source: EvidenceSource): Promise<HandOvers> {
  const found = new Map<number, HandOver | undefined>();
  for await (const { key } of source.list(layout.HAND_OVERS_PREFIX)) {
    const sequence = layout.sequenceOfHandOver(key);
    if (sequence === undefined) continue;
    const content = await readBounded(source, key, RECORD_AT_MOST);
    if ("absent" in content) continue;
    const parsed = "bytes" in content ? parseDocument(content.bytes, KeyHandOver) : { problem: "it is too large" };
    const handOver = "value" in parsed ? readKeyHandOver(parsed.text, parsed.value) : undefined;
    found.set(sequence, handOver?.record.sequence === sequence ? handOver : undefined);
  }
  return found;
}

/** Those that both keys have signed, in the order of the chain. */
export const signedByBoth = (handOvers: HandOvers): HandOver[] =>
  [...handOvers.values()].flatMap((each) => each ?? []).sort((a, b) => a.record.sequence - b.record.sequence);

/** Whether a manifest says that its key replaces another, and the record of it is missing or not signed by both. */
export const lacksRecord = ({ seal }: SealRecord, sequence: number, handOvers: HandOvers): boolean =>
  Boolean(seal?.signing_key?.replaces) && !handOvers.get(sequence);

/** Whether a record that both keys have signed says something else of a run's key than its manifest. */
export function contradictsManifest({ seal }: SealRecord, sequence: number, handOvers: HandOvers): boolean {
  const record = handOvers.get(sequence)?.record;
  const key = seal?.signing_key;
  if (!record || !seal) return false;
  return (
    key?.replaces !== record.from.sha256 ||
    key.sha256 !== record.to.sha256 ||
    seal.previous?.manifest_sha256 !== record.previous_manifest_sha256
  );
}

/** Of a manifest that is believed: the record that it names is there, and signed by both keys. */
export function checkHandOver(
  record: SealRecord,
  { sequence, before, handOvers }: { sequence: number; before: SealRecord | undefined; handOvers: HandOvers },
  say: Findings,
): void {
  const { seal, signature, run, date } = record;
  const key = layout.keyHandOverKey(sequence);
  const [named, namedBefore] = [seal?.signing_key, before?.seal?.signing_key];
  if (!named?.replaces) {
    const isOther = named && namedBefore && named.sha256 !== namedBefore.sha256;
    if (isOther && named.holder !== "desk" && namedBefore.holder !== "desk")
      say.notice(
        "key",
        layout.manifestKey(run, date),
        `from sequence number ${sequence} on ${named.sha256} signs in place of ${namedBefore.sha256}, and no record of it is signed by both`,
      );
    return;
  }
  // It is written before the signature.
  if (!handOvers.has(sequence)) {
    if (signature.state !== "absent")
      say.violation("missing", key, `the manifest of run ${run} says that its key replaces ${named.replaces}`);
  } else if (!handOvers.get(sequence) || contradictsManifest(record, sequence, handOvers))
    say.violation("altered", key, `it is not the record of what the manifest of run ${run} says, signed by both keys`);
}
