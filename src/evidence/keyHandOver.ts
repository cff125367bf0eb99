import { createPublicKey, type KeyObject, verify } from "node:crypto";
import * as z from "zod";
import { canonicalJson } from "./canonicalJson.ts";
import { isLowS, withLowS } from "./ecdsa.ts";
import { sha256 } from "./plan.ts";
import type { Signer } from "./signer.ts";

export const KEY_HAND_OVER_FORMAT = "audit-ecosystem/key-hand-over/1";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits are expected");
const PublicKey = z.object({
  /** Base64 of the DER (SubjectPublicKeyInfo). */
  public_key: z.string(),
  sha256: Sha256,
});

/** What both keys sign: from a sequence number on, one of them signs in place of the other. */
const Statement = z.object({
  format: z.literal(KEY_HAND_OVER_FORMAT),
  /** Signs up to the sequence number before. */
  from: PublicKey,
  to: PublicKey,
  /** The first that the new key signs. */
  sequence: z.number().int().min(2),
  /** Of the last manifest that the old key signs: the history that is handed over. */
  previous_manifest_sha256: Sha256,
});

/**
 * The record of a change of the signing key, as canonical JSON. Each signature is over the canonical JSON of all but
 * `signatures`: who trusts one of the keys can follow it to the other.
 */
export const KeyHandOver = Statement.extend({
  /** Base64 of ECDSA on P-256 with SHA-256, DER, in the form that counts for manifests. */
  signatures: z.object({ from: z.string(), to: z.string() }),
});
export type KeyHandOver = z.infer<typeof KeyHandOver>;

/** Has the old key and the new one sign the record. @returns its text */
export async function handOverKey(
  from: Signer,
  to: Signer,
  { sequence, previousManifestSha256 }: { sequence: number; previousManifestSha256: string },
): Promise<string> {
  const named = async (signer: Signer) => {
    const { pem, sha256: hash } = await signer.key();
    return {
      public_key: createPublicKey(pem).export({ format: "der", type: "spki" }).toString("base64"),
      sha256: hash,
    };
  };
  const statement: z.infer<typeof Statement> = {
    format: KEY_HAND_OVER_FORMAT,
    from: await named(from),
    to: await named(to),
    sequence,
    previous_manifest_sha256: previousManifestSha256,
  };
  const signed = async (signer: Signer) =>
    Buffer.from(withLowS(await signer.sign(Buffer.from(canonicalJson(statement))))).toString("base64");
  return canonicalJson({ ...statement, signatures: { from: await signed(from), to: await signed(to) } });
}

/** A record whose signatures fit, with the two keys. */
export interface HandOver {
  record: KeyHandOver;
  from: KeyObject;
  to: KeyObject;
}

/** Reads a record. @returns undefined where it is not canonical, or a signature is not that of its key */
export function readKeyHandOver(text: string, record: KeyHandOver): HandOver | undefined {
  if (canonicalJson(record) !== text || record.from.sha256 === record.to.sha256) return undefined;
  const { signatures, ...statement } = record;
  const bytes = Buffer.from(canonicalJson(statement));
  const keys = { from: keyOf(record.from), to: keyOf(record.to) };
  const fits = (which: "from" | "to") => {
    const signature = Buffer.from(signatures[which], "base64");
    const key = keys[which];
    return (
      key && signature.toString("base64") === signatures[which] && isLowS(signature) && isOf(key, bytes, signature)
    );
  };
  return keys.from && keys.to && fits("from") && fits("to") ? { record, from: keys.from, to: keys.to } : undefined;
}

function keyOf({ public_key, sha256: hash }: z.infer<typeof PublicKey>): KeyObject | undefined {
  const der = Buffer.from(public_key, "base64");
  if (sha256(der) !== hash || der.toString("base64") !== public_key) return undefined;
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

function isOf(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify("sha256", bytes, key, signature);
  } catch {
    // A key of another kind.
    return false;
  }
}

/**
 * Whether a key signs a sequence number, as far as hand-overs tell of it: not before it was handed to, and not once it
 * has handed over.
 */
export function signsBy(handOvers: Iterable<HandOver>, fingerprint: string, sequence: number): boolean {
  const events = [...handOvers]
    .map(({ record }) => record)
    .filter(({ from, to }) => from.sha256 === fingerprint || to.sha256 === fingerprint)
    .sort((a, b) => a.sequence - b.sequence);
  const last = events.findLast((event) => event.sequence <= sequence);
  if (last) return last.to.sha256 === fingerprint;
  return events[0]?.to.sha256 !== fingerprint;
}
