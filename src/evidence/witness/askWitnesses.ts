import type { EvidenceStore } from "../evidenceStore.ts";
import { checkpointKey } from "../layout.ts";
import type { Manifest } from "../manifest.ts";
import { consistencyProof } from "../merkle.ts";
import type { Signer } from "../signer.ts";
import type { RunStore } from "../store.ts";
import { requestBody, type WitnessAnswer } from "./addCheckpoint.ts";
import { checkpointText, leafOf, logKeyId, logRoot } from "./checkpoint.ts";
import { blocksOf, manifestsUpTo } from "./manifestLog.ts";
import { type NoteSignature, noteText, parseSignatures } from "./note.ts";

/** Times that a witness may say that it knows another size. */
const TRIES = 3;

/** Somebody outside who may cosign. */
export interface WitnessClient {
  /** For messages. */
  name: string;
  ask(body: string): Promise<WitnessAnswer>;
}

export interface Witnessing {
  store: RunStore;
  /** Where the log over the manifests lies. */
  log: EvidenceStore;
  signer: Signer;
  origin: string;
  witnesses: readonly WitnessClient[];
}

/**
 * Has witnesses cosign the chain up to a run that is sealed, and leaves the checkpoint in the bucket. A witness that is
 * away is made good by the next run: its checkpoint is over this one too.
 * @returns what went wrong, a sentence for each witness
 */
export async function askWitnesses(witnessing: Witnessing, { run_id, run_date }: Manifest): Promise<string[]> {
  const { store, log, signer, origin, witnesses } = witnessing;
  const standing = await store.readManifest(run_id, run_date);
  if (!standing?.manifest.signing_key || !witnesses.length) return [];
  const { sequence } = standing.manifest;
  if (await log.source.read(checkpointKey(sequence))) return [];
  const manifests = await manifestsUpTo(store, standing);
  for (const [key, text] of blocksOf(manifests)) await log.create(key, text, { type: "text/plain" });
  const text = checkpointText({ origin, size: manifests.length, root: logRoot(manifests) });
  const keyId = logKeyId((await signer.key()).sha256);
  const own = { name: origin, keyId, signature: Buffer.from(await signer.sign(Buffer.from(text))) };
  const note = noteText({ text, signatures: [own] });
  const leaves = manifests.map(leafOf);
  const isNewest = (await store.chainHead())?.sequence === sequence;
  const answers = await Promise.all(witnesses.map((witness) => cosignaturesOf(witness, leaves, note, isNewest)));
  const cosignatures = answers.flatMap((answer) => (Array.isArray(answer) ? answer : []));
  // Also without a cosignature: each use of the signing key leaves what it signed in the bucket.
  const whole = noteText({ text, signatures: [own, ...cosignatures] });
  await log.create(checkpointKey(sequence), whole, { type: "text/plain" });
  return answers.flatMap((answer) => (typeof answer === "string" ? answer : []));
}

/** A witness's cosignatures, or what went wrong; none where it has seen later runs already. */
async function cosignaturesOf(
  { name, ask }: WitnessClient,
  leaves: readonly Buffer[],
  note: string,
  isNewest: boolean,
): Promise<NoteSignature[] | string> {
  let old = leaves.length - 1;
  try {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const { statusCode, body } = await ask(requestBody(old, consistencyProof(leaves, old), note));
      const lines = statusCode === 200 ? parseSignatures(body) : undefined;
      if (lines?.length) return lines;
      const known = statusCode === 409 ? /^(\d{1,9})\n$/.exec(body)?.[1] : undefined;
      if (known === undefined) return `${name} answered ${statusCode}: ${body.trim().slice(0, 200)}`;
      if (Number(known) > leaves.length && isNewest)
        return `${name} has seen ${known} runs, and the chain has ${leaves.length}: it was cut, or another bucket's`;
      if (Number(known) > leaves.length) return [];
      old = Number(known);
    }
    return `${name} knew another size each time`;
  } catch (error) {
    return `${name}: ${(error as Error).message}`;
  }
}
