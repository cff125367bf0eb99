import { createECDH, createHmac, createPrivateKey, createPublicKey } from "node:crypto";

/**
 * ECDSA on P-256 over a digest that is there already, which node:crypto does not offer (it hashes by itself), and
 * without drawing a number: the same key and digest give the same signature, so that a simulation repeats.
 * For the sandbox alone: big integers take a time that tells about the key.
 */

/** The order of the curve's base point. @see https://csrc.nist.gov/pubs/sp/800/186/final section 3.2.1.3 */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
const bytesOf = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(64, "0"), "hex");
const modulo = (number: bigint): bigint => ((number % N) + N) % N;

/** number^-1 modulo the order, by Fermat: the order is a prime. */
function inverse(number: bigint): bigint {
  let result = 1n;
  let base = modulo(number);
  for (let exponent = N - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % N;
    base = (base * base) % N;
  }
  return result;
}

/** Uncompressed point of a scalar: 04, x, y. */
function pointOf(scalar: Uint8Array): Buffer {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(Buffer.from(scalar));
  return curve.getPublicKey();
}
const xOf = (scalar: bigint): bigint => numberOf(pointOf(bytesOf(scalar)).subarray(1, 33));

/** A private key, 32 bytes, that some bytes decide. */
export const scalarOf = (seed: Uint8Array): Uint8Array => bytesOf(modulo(numberOf(seed) - 1n) || 1n);

/** The public key of a private one, as DER (SubjectPublicKeyInfo). */
export function publicKeyOf(scalar: Uint8Array): Uint8Array {
  const point = pointOf(scalar);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", d: text(scalar), x: text(point.subarray(1, 33)), y: text(point.subarray(33)) };
  return createPublicKey(createPrivateKey({ format: "jwk", key: jwk })).export({ format: "der", type: "spki" });
}

/** A DER integer: no leading zeros, but one where the first bit would make it negative. */
function integer(number: bigint): Buffer {
  const bytes = bytesOf(number);
  const start = bytes.findIndex((byte) => byte !== 0);
  const body = bytes.subarray(start);
  const positive = body[0]! & 0x80 ? Buffer.concat([Buffer.of(0), body]) : body;
  return Buffer.concat([Buffer.of(2, positive.length), positive]);
}

/** @returns the signature as DER */
export function signDigest(scalar: Uint8Array, digest: Uint8Array): Uint8Array {
  for (let attempt = 0; ; attempt++) {
    const once = modulo(numberOf(createHmac("sha256", scalar).update(digest).update(`${attempt}`).digest()));
    if (!once) continue;
    const r = modulo(xOf(once));
    const s = modulo(inverse(once) * (numberOf(digest) + r * numberOf(scalar)));
    if (!r || !s) continue;
    const body = Buffer.concat([integer(r), integer(s)]);
    return Buffer.concat([Buffer.of(0x30, body.length), body]);
  }
}

/** Whether a DER signature is of the digest; asked with the private key, which spares adding points. */
export function verifyDigest(scalar: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.from(signature);
  const read = (at: number) => (der[at] === 2 ? der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0)) : Buffer.alloc(0));
  const first = read(2);
  const second = read(4 + first.length);
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || 6 + first.length + second.length !== der.length) return false;
  const [r, s] = [numberOf(first), numberOf(second)];
  if (r <= 0n || r >= N || s <= 0n || s >= N) return false;
  const point = modulo(inverse(s) * (numberOf(digest) + r * numberOf(scalar)));
  return point !== 0n && modulo(xOf(point)) === r;
}
