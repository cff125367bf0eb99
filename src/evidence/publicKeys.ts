import { createPublicKey, type KeyObject } from "node:crypto";
import { type HandOver, signsBy } from "./keyHandOver.ts";
import { publicKeyKey } from "./layout.ts";
import { sha256 } from "./plan.ts";
import type { EvidenceSource } from "./source.ts";
import { readBounded } from "./verification/document.ts";

/** Sequence numbers of the chain that a key signs, both included. */
export interface KeyRange {
  from: number;
  to: number;
}

/** Finds a public key by the SHA-256 of its DER form; undefined when it is not trusted. */
export interface TrustedKeys {
  (fingerprint: string): Promise<KeyObject | undefined>;
  /** True of keys that lie beside the evidence, and were not given by another way. */
  fromEvidence?: boolean;
  /** Why a key does not sign a sequence number; undefined: it does. */
  refusal?(fingerprint: string, sequence: number): string | undefined;
}

/** A PEM block with the text before it, which may say which sequence numbers the key signs. */
const PEM = /([\s\S]*?)(-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----)/g;
/** `sequence: 1-40`, or `sequence: 41-` for a key that still signs. */
const RANGE = /^sequence: *(\d+) *- *(\d*) *$/m;
const ALL: KeyRange = { from: 1, to: Number.POSITIVE_INFINITY };

export const fingerprintOf = (key: KeyObject): string => sha256(key.export({ format: "der", type: "spki" }));

/**
 * The keys of a PEM text: one, or all that have signed in the past. A line `sequence: 1-40` before a block says that
 * its key signs these runs of the chain and no other.
 * @throws Error when there is none in it, or one cannot be read
 */
export function keysIn(pem: string): TrustedKeys & { fingerprints: string[] } {
  const keys = new Map<string, KeyObject>();
  const ranges = new Map<string, KeyRange>();
  for (const [, before = "", block = ""] of pem.matchAll(PEM)) {
    const key = createPublicKey(block);
    const fingerprint = fingerprintOf(key);
    keys.set(fingerprint, key);
    const [, from, to] = RANGE.exec(before) ?? [];
    if (from) ranges.set(fingerprint, { from: Number(from), to: to ? Number(to) : Number.POSITIVE_INFINITY });
  }
  if (!keys.size) throw new Error("there is no PEM block BEGIN PUBLIC KEY in it");
  return Object.assign(async (fingerprint: string) => keys.get(fingerprint), {
    fingerprints: [...keys.keys()],
    refusal: (fingerprint: string, sequence: number) => {
      const { from, to } = ranges.get(fingerprint) ?? ALL;
      if (sequence >= from && sequence <= to) return undefined;
      return `the key it names, ${fingerprint}, signs sequence numbers ${from} to ${to === Number.POSITIVE_INFINITY ? "the newest" : to}, and this is ${sequence}`;
    },
  });
}

/**
 * Keys, and those that the hand-overs of a bucket lead to from them: forwards to the key that took over, and backwards
 * to the one before it. Each signs between the hand-overs alone.
 */
export async function alongHandOvers(keys: TrustedKeys, handOvers: readonly HandOver[]): Promise<TrustedKeys> {
  if (keys.fromEvidence) return keys;
  const followed = new Map<string, KeyObject>();
  const find = async (fingerprint: string) => (await keys(fingerprint)) ?? followed.get(fingerprint);
  const refusal = (fingerprint: string, sequence: number) =>
    (followed.has(fingerprint) ? undefined : keys.refusal?.(fingerprint, sequence)) ??
    (signsBy(handOvers, fingerprint, sequence)
      ? undefined
      : `the key it names, ${fingerprint}, has handed over or was not yet handed to, and this is sequence number ${sequence}`);
  let before: number;
  do {
    before = followed.size;
    for (const { record, from, to } of handOvers) {
      const { sequence } = record;
      const [isFrom, isTo] = [await find(record.from.sha256), await find(record.to.sha256)];
      if (isFrom && !isTo && !refusal(record.from.sha256, sequence - 1)) followed.set(record.to.sha256, to);
      if (isTo && !isFrom && !refusal(record.to.sha256, sequence)) followed.set(record.from.sha256, from);
    }
  } while (followed.size > before);
  return Object.assign(find, { refusal });
}

/** Bytes of a public key's file, PEM. */
export const PUBLIC_KEY_AT_MOST = 16_384;

/** The public key of a file that bears its fingerprint as its name; undefined for anything else. */
export function publicKeyNamed(fingerprint: string, pem: Uint8Array): KeyObject | undefined {
  try {
    const text = Buffer.from(pem).toString("utf8");
    const key = createPublicKey(text);
    const same = fingerprintOf(key) === fingerprint && key.export({ format: "pem", type: "spki" }) === text;
    return same ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The keys that lie beside the evidence: they prove that it is whole, and not who sealed it. */
export function keysBeside(source: EvidenceSource): TrustedKeys {
  const read = async (fingerprint: string) => {
    // One that cannot be read proves as little as one that is not there.
    const content = await readBounded(source, publicKeyKey(fingerprint), PUBLIC_KEY_AT_MOST).catch(() => undefined);
    return content && "bytes" in content ? publicKeyNamed(fingerprint, content.bytes) : undefined;
  };
  return Object.assign(read, { fromEvidence: true });
}
