import { type KeyObject, verify } from "node:crypto";
import { leafHash, MerkleRoot, merkleRoot, type TreeHead } from "../merkle.ts";
import { fingerprintOf } from "../publicKeys.ts";
import type { Note, NoteSignature } from "./note.ts";

/**
 * The state of a log at a size. The log of a bucket has a leaf for each sealed run, in the order of the chain: the
 * SHA-256 of its manifest, 32 bytes.
 * @see https://c2sp.org/tlog-checkpoint
 */
export interface Checkpoint extends TreeHead {
  /** Names the log. */
  origin: string;
}

/** The name of a bucket's log. */
export const originOf = (bucket: string): string => `s3.amazonaws.com/${bucket}`;

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;

/** @returns undefined for anything that is not a checkpoint's text without further lines */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin, size, base64] = /^([^\n]+)\n(0|[1-9]\d{0,8})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? [];
  if (!origin || !size || !base64) return undefined;
  return { origin, size: Number(size), root: Buffer.from(base64, "base64") };
}

/** The leaf of a run. @param manifestSha256 hex */
export const leafOf = (manifestSha256: string): Buffer => leafHash(Buffer.from(manifestSha256, "hex"));

/** The root over the manifests of a chain, by their hashes in its order. */
export const logRoot = (manifests: readonly string[]): Buffer => merkleRoot(manifests.map(leafOf));

/** Which key signed a checkpoint as its log: of ECDSA keys, the first bytes of the fingerprint. */
export const logKeyId = (fingerprint: string): Buffer => Buffer.from(fingerprint.slice(0, 8), "hex");

/** Whether one of a log's keys has signed a checkpoint. */
export const isSignedByLog = ({ text, signatures }: Note, origin: string, keys: readonly KeyObject[]): boolean =>
  keys.some((key) => {
    const keyId = logKeyId(fingerprintOf(key));
    const own = (each: NoteSignature) => each.name === origin && each.keyId.equals(keyId);
    return signatures.some((each) => own(each) && isOf(key, text, each.signature));
  });

function isOf(key: KeyObject, text: string, signature: Uint8Array): boolean {
  try {
    return verify("sha256", Buffer.from(text), key, signature);
  } catch {
    return false;
  }
}

/** A chain as far as it goes. */
export interface ManifestHashes {
  /** Hex, from sequence number 1 on, up to the first that is missing. */
  hashes: readonly string[];
  /** The newest sequence number. */
  last: number;
  /** False where a manifest may be there that could not be read. */
  areAllKnown?: boolean;
}

/**
 * What checkpoints say against a chain: everything that one was made over must still be there, as it was.
 * @returns answers undefined where the chain goes on from a checkpoint
 */
export function historyOf({
  hashes,
  last,
  areAllKnown = true,
}: ManifestHashes): (head: TreeHead) => string | undefined {
  const tree = new MerkleRoot();
  const roots = [tree.digest()];
  for (const hash of hashes) {
    tree.add(leafOf(hash));
    roots.push(tree.digest());
  }
  return ({ size, root }) => {
    if (size > hashes.length && !areAllKnown) return undefined;
    if (size > last) return `the chain had ${size} runs, and has ${last}`;
    const own = roots[size];
    if (!own) return `the run with sequence number ${roots.length} is missing`;
    if (own.equals(root)) return undefined;
    return `the manifests with sequence numbers 1 to ${size} are not those that it was made over`;
  };
}

/** What a checkpoint says against a chain. */
export const contradictionOf = (head: TreeHead, hashes: readonly string[]): string | undefined =>
  historyOf({ hashes, last: hashes.length })(head);
