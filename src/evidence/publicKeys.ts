import { createPublicKey, type KeyObject } from "node:crypto";
import { publicKeyKey } from "./layout.ts";
import { sha256 } from "./plan.ts";
import type { EvidenceSource } from "./source.ts";

/** Finds a public key by the SHA-256 of its DER form; undefined when it is not trusted. */
export type TrustedKeys = (fingerprint: string) => Promise<KeyObject | undefined>;

const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

export const fingerprintOf = (key: KeyObject): string => sha256(key.export({ format: "der", type: "spki" }));

/**
 * The keys of a PEM text: one, or all that have signed in the past.
 * @throws Error when there is none in it, or one cannot be read
 */
export function keysIn(pem: string): TrustedKeys & { fingerprints: string[] } {
  const keys = new Map(
    [...pem.matchAll(PEM)].map(([text]) => {
      const key = createPublicKey(text);
      return [fingerprintOf(key), key];
    }),
  );
  if (!keys.size) throw new Error("there is no PEM block BEGIN PUBLIC KEY in it");
  return Object.assign(async (fingerprint: string) => keys.get(fingerprint), { fingerprints: [...keys.keys()] });
}

/** The keys that lie beside the evidence: they prove that it is whole, and not who sealed it. */
export const keysBeside =
  (source: EvidenceSource): TrustedKeys =>
  async (fingerprint) => {
    const pem = await source.read(publicKeyKey(fingerprint));
    if (!pem) return undefined;
    try {
      const key = createPublicKey(Buffer.from(pem).toString("utf8"));
      return fingerprintOf(key) === fingerprint ? key : undefined;
    } catch {
      return undefined;
    }
  };
