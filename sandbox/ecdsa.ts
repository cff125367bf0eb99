import { createECDH } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";

/**
 * ECDSA on P-256 over a digest that is there already, which node:crypto does not offer (it hashes by itself), and
 * without drawing a number (RFC 6979): the same key and digest give the same signature, so that a simulation repeats.
 */
const OVER_DIGEST = { prehash: false, lowS: false, format: "der" } as const;

/** A private key, 32 bytes, that some bytes decide. */
export function scalarOf(seed: Uint8Array): Uint8Array {
  const { Fn } = p256.Point;
  return Fn.toBytes(Fn.create(BigInt(`0x${Buffer.from(seed).toString("hex") || "0"}`) - 1n) || 1n);
}

/** What stands before the point of a public key on P-256. @see https://www.rfc-editor.org/rfc/rfc5480 SubjectPublicKeyInfo */
const BEFORE_POINT = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d030107034200", "hex");

/** The public key of a private one, as DER (SubjectPublicKeyInfo). */
export function publicKeyOf(scalar: Uint8Array): Uint8Array {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(scalar);
  return Buffer.concat([BEFORE_POINT, curve.getPublicKey()]);
}

/** @returns the signature as DER */
export const signDigest = (scalar: Uint8Array, digest: Uint8Array): Uint8Array =>
  p256.sign(digest, scalar, OVER_DIGEST);

/** Whether a DER signature is of the digest. */
export function verifyDigest(scalar: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    return p256.verify(signature, digest, p256.getPublicKey(scalar), OVER_DIGEST);
  } catch {
    // What is no DER is no signature.
    return false;
  }
}
