import { createPublicKey } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";

/** What stands before an Ed25519 key in its DER (SubjectPublicKeyInfo). */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** The public key of a private one, as DER. */
export const edwardsKeyOf = (seed: Uint8Array): Uint8Array =>
  createPublicKey({
    key: Buffer.concat([SPKI, ed25519.getPublicKey(seed)]),
    format: "der",
    type: "spki",
  }).export({ format: "der", type: "spki" });

export const signMessage = (seed: Uint8Array, message: Uint8Array): Uint8Array => ed25519.sign(message, seed);

/** Whether a signature is of a message. */
export function verifyMessage(seed: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, ed25519.getPublicKey(seed));
  } catch {
    // What has another length is no signature.
    return false;
  }
}
