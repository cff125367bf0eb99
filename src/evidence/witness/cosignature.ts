import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import type { NoteSignature } from "./note.ts";

/** Of a cosignature with Ed25519, as the format numbers them. */
const ED25519_COSIGNATURE = 4;
/** What stands before an Ed25519 key in its DER. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** A witness's public key. */
export interface WitnessKey {
  /** Undefined of a PEM, which has no name. */
  name: string | undefined;
  /** 32 bytes. */
  raw: Buffer;
  key: KeyObject;
}

const keyOf = (raw: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, raw]), format: "der", type: "spki" });

/** The 32 bytes of an Ed25519 key. @throws Error for any other key */
export function rawOf(key: KeyObject): Buffer {
  const der = key.export({ format: "der", type: "spki" });
  if (key.asymmetricKeyType !== "ed25519" || der.length !== SPKI.length + 32)
    throw new Error(`a witness signs with Ed25519, and this key is ${key.asymmetricKeyType}`);
  return der.subarray(SPKI.length);
}

/** Which key of a name it is. */
export const witnessKeyId = (name: string, raw: Uint8Array): Buffer =>
  createHash("sha256")
    .update(`${name}\n`)
    .update(Buffer.from([ED25519_COSIGNATURE]))
    .update(raw)
    .digest()
    .subarray(0, 4);

/** A witness's key as one line of text, which names the witness too. @see https://c2sp.org/signed-note#verifier-keys */
export const vkeyOf = (name: string, raw: Buffer): string =>
  `${name}+${witnessKeyId(name, raw).toString("hex")}+${Buffer.concat([Buffer.from([ED25519_COSIGNATURE]), raw]).toString("base64")}`;

/** Reads a witness's key: a PEM, or one line `<name>+<id>+<key>`. @throws Error that says what is wrong with it */
export function witnessKeyIn(text: string): WitnessKey {
  if (text.includes("-----BEGIN PUBLIC KEY-----")) {
    const key = createPublicKey(text);
    return { name: undefined, raw: rawOf(key), key };
  }
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(base64 ?? "", "base64");
  const raw = bytes.subarray(1);
  if (!name || bytes[0] !== ED25519_COSIGNATURE || raw.length !== 32)
    throw new Error("a PEM block BEGIN PUBLIC KEY, or a line <name>+<id>+<key> of a witness's Ed25519 key is expected");
  if (witnessKeyId(name, raw).toString("hex") !== id) throw new Error(`the id ${id} is not that of the key of ${name}`);
  return { name, raw, key: keyOf(raw) };
}

/** What a witness signs: when it saw the checkpoint, and the checkpoint. @param time seconds since the epoch */
export const cosignedMessage = (time: number, checkpoint: string): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${time}\n${checkpoint}`);

/** The line of a cosignature. @see https://c2sp.org/tlog-cosignature */
export function cosignature(name: string, raw: Uint8Array, time: number, signature: Uint8Array): NoteSignature {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(time));
  return { name, keyId: witnessKeyId(name, raw), signature: Buffer.concat([timestamp, signature]) };
}

/**
 * Reads the cosignature of a witness.
 * @returns when it saw the checkpoint, "misfit" where its signature is not of it, undefined where the line is not its
 */
export function cosignedBy(
  { name, raw, key }: WitnessKey,
  line: NoteSignature,
  checkpoint: string,
): Date | "misfit" | undefined {
  if ((name !== undefined && line.name !== name) || !line.keyId.equals(witnessKeyId(line.name, raw))) return undefined;
  if (line.signature.length !== 72) return "misfit";
  const time = line.signature.readBigUInt64BE();
  if (time > 8_640_000_000_000n) return "misfit";
  const fits = verify(null, cosignedMessage(Number(time), checkpoint), key, line.signature.subarray(8));
  return fits ? new Date(Number(time) * 1000) : "misfit";
}
