import type { KeyObject } from "node:crypto";
import * as z from "zod";
import { isConsistent } from "../merkle.ts";
import { type Checkpoint, isSignedByLog, parseCheckpoint } from "./checkpoint.ts";
import { type NoteSignature, noteText, parseNote, signatureLine } from "./note.ts";

/** Hashes of a proof that are read: the format allows no more. */
const HASHES_AT_MOST = 63;

/** What a witness answers, as HTTP says it. */
export const WitnessAnswer = z.object({ statusCode: z.number(), body: z.string() });
export type WitnessAnswer = z.infer<typeof WitnessAnswer>;

/** What a witness remembers of a log. */
export interface WitnessedState {
  /** The newest checkpoint that it has cosigned; undefined before the first. */
  latest(): Promise<{ checkpoint: Checkpoint; number: number } | undefined>;
  /** Remembers a checkpoint under a number that must be free. @returns false where another one was first */
  advance(number: number, note: string): Promise<boolean>;
}

export interface Witness {
  /** Of the one log that it watches. */
  origin: string;
  logKeys: readonly KeyObject[];
  state: WitnessedState;
  cosign(checkpoint: string): Promise<NoteSignature>;
}

/** The body of a request: the size that the log believes is cosigned, a proof that the new tree goes on from it, and the checkpoint. */
export const requestBody = (old: number, proof: readonly Uint8Array[], checkpoint: string): string =>
  `old ${old}\n${proof.map((hash) => `${Buffer.from(hash).toString("base64")}\n`).join("")}\n${checkpoint}`;

interface Request {
  old: number;
  proof: Buffer[];
  checkpoint: string;
}

function parseRequest(body: string): Request | undefined {
  const end = body.indexOf("\n\n");
  const [first = "", ...lines] = body.slice(0, Math.max(end, 0)).split("\n");
  const old = /^old (0|[1-9]\d{0,8})$/.exec(first)?.[1];
  const proof = lines.map((line) => Buffer.from(line, "base64"));
  const isProof = lines.length <= HASHES_AT_MOST && lines.every((line) => /^[A-Za-z0-9+/]{43}=$/.test(line));
  return old !== undefined && isProof ? { old: Number(old), proof, checkpoint: body.slice(end + 2) } : undefined;
}

const answer = (statusCode: number, body: string): WitnessAnswer => ({ statusCode, body });

/**
 * Cosigns a checkpoint of a log that goes on from the newest one that was cosigned, and no other: a log that was cut,
 * rewritten or forked gets no cosignature any more.
 * @see https://c2sp.org/tlog-witness
 */
export async function addCheckpoint(witness: Witness, body: string): Promise<WitnessAnswer> {
  const request = parseRequest(body);
  const note = request && parseNote(request.checkpoint);
  const checkpoint = note && parseCheckpoint(note.text);
  if (!checkpoint) return answer(400, "not a request to add a checkpoint\n");
  if (checkpoint.origin !== witness.origin) return answer(404, "the log is not known\n");
  if (!isSignedByLog(note, witness.origin, witness.logKeys)) return answer(403, "the log has not signed it\n");
  if (request.old > checkpoint.size) return answer(400, "the old size is larger than the new one\n");
  const latest = await witness.state.latest();
  const known = latest?.checkpoint.size ?? 0;
  if (request.old !== known) return answer(409, `${known}\n`);
  const first = latest?.checkpoint ?? { size: 0, root: Buffer.alloc(0) };
  if (!isConsistent(first, checkpoint, request.proof))
    return answer(422, "it does not go on from the checkpoint that was cosigned\n");
  const cosigned = await witness.cosign(note.text);
  if (checkpoint.size > known) {
    const whole = noteText({ text: note.text, signatures: [...note.signatures, cosigned] });
    if (!(await witness.state.advance((latest?.number ?? 0) + 1, whole))) return answer(409, `${known}\n`);
  }
  return answer(200, signatureLine(cosigned));
}
