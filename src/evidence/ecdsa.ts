/** Order of the group of P-256. @see https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-186.pdf 3.2.1.3 */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** An ECDSA signature's two numbers, from its DER; undefined for anything that is not one of P-256. */
function numbersOf(signature: Uint8Array): [r: bigint, s: bigint] | undefined {
  const bytes = Buffer.from(signature);
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2) return undefined;
  const numbers: bigint[] = [];
  for (let at = 2; at < bytes.length; at += 2 + bytes[at + 1]!) {
    const length = bytes[at + 1];
    if (bytes[at] !== 2 || !length || at + 2 + length > bytes.length) return undefined;
    numbers.push(BigInt(`0x${bytes.subarray(at + 2, at + 2 + length).toString("hex")}`));
  }
  const [r, s] = numbers;
  return numbers.length === 2 && r! > 0n && r! < N && s! > 0n && s! < N ? [r!, s!] : undefined;
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  const body = bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([2, body.length]), body]);
}

/**
 * The one form of a signature: with (r, s) fits (r, n − s) too, so that anybody could write another one that fits. Of
 * the two, the lower s is the one that counts, in the shortest DER.
 * @returns the bytes as they are when they are no signature
 */
export function withLowS(signature: Uint8Array): Uint8Array {
  const [r, s] = numbersOf(signature) ?? [];
  if (r === undefined || s === undefined) return signature;
  const body = Buffer.concat([integer(r), integer(s > N / 2n ? N - s : s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

/** Whether a signature has the one form that counts. */
export const isLowS = (signature: Uint8Array): boolean =>
  numbersOf(signature) !== undefined && Buffer.compare(withLowS(signature), signature) === 0;
