import { createHash } from "node:crypto";

/** A hash tree as of RFC 6962: a leaf is SHA-256(00 ‖ data), a node SHA-256(01 ‖ left ‖ right). */

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

export const leafHash = (data: string | Uint8Array): Buffer => createHash("sha256").update(LEAF).update(data).digest();

const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash("sha256").update(NODE).update(left).update(right).digest();

/** Hash of a tree without leaves. */
const EMPTY = createHash("sha256").digest();

/**
 * The root over any number of leaves, one after the other. Memory holds one hash for each power of two in their number.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 */
export class MerkleRoot {
  /** Whole subtrees, the largest first: sizes are the powers of two in `size`. */
  private readonly subtrees: Buffer[] = [];
  private size = 0;

  add(leaf: Buffer): void {
    let hash = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(this.subtrees.pop()!, hash);
    this.subtrees.push(hash);
    this.size += 1;
  }

  digest(): Buffer {
    return (
      this.subtrees.reduceRight<Buffer | undefined>(
        (right, left) => (right ? nodeHash(left, right) : left),
        undefined,
      ) ?? EMPTY
    );
  }
}

/** The largest power of two below a number of leaves, from 2 on. */
const leftOf = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);

export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const tree = new MerkleRoot();
  for (const leaf of leaves) tree.add(leaf);
  return tree.digest();
}

/** The hashes beside the way from a leaf to the root, the leaf's neighbour first. */
export function inclusionPath(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const left = leftOf(leaves.length);
  return index < left
    ? [...inclusionPath(leaves.slice(0, left), index), merkleRoot(leaves.slice(left))]
    : [...inclusionPath(leaves.slice(left), index - left), merkleRoot(leaves.slice(0, left))];
}

/** The root that a leaf at an index of a tree of a size leads to by a path; undefined where the path does not fit. */
export function rootFrom(leaf: Buffer, index: number, size: number, path: readonly Uint8Array[]): Buffer | undefined {
  if (!Number.isInteger(index) || index < 0 || index >= size) return undefined;
  if (size === 1) return path.length ? undefined : leaf;
  const sibling = path.at(-1);
  if (!sibling) return undefined;
  const left = leftOf(size);
  const below = path.slice(0, -1);
  if (index < left) {
    const own = rootFrom(leaf, index, left, below);
    return own && nodeHash(own, sibling);
  }
  const own = rootFrom(leaf, index - left, size - left, below);
  return own && nodeHash(sibling, own);
}

/**
 * The hashes by which a tree of a size is shown to be the beginning of a larger one.
 * @see https://www.rfc-editor.org/rfc/rfc6962#section-2.1.2
 */
export function consistencyProof(leaves: readonly Buffer[], size: number): Buffer[] {
  const below = (part: readonly Buffer[], first: number, isWhole: boolean): Buffer[] => {
    if (first === part.length) return isWhole ? [] : [merkleRoot(part)];
    const left = leftOf(part.length);
    return first <= left
      ? [...below(part.slice(0, left), first, isWhole), merkleRoot(part.slice(left))]
      : [...below(part.slice(left), first - left, false), merkleRoot(part.slice(0, left))];
  };
  return size === 0 || size >= leaves.length ? [] : below(leaves, size, true);
}

/** A tree's number of leaves and its root. */
export interface TreeHead {
  size: number;
  root: Uint8Array;
}

/** Whether hashes show that one tree is the beginning of another. */
export function isConsistent(first: TreeHead, second: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (first.size > second.size) return false;
  if (first.size === second.size) return !proof.length && Buffer.compare(first.root, second.root) === 0;
  if (first.size === 0) return !proof.length;
  const rest = [...proof];
  /** Roots of the older and of the newer tree below a node that holds leaves of both. */
  const rootsOf = (older: number, newer: number, isWhole: boolean): [Uint8Array, Uint8Array] | undefined => {
    if (older === newer) {
      const own = isWhole ? first.root : rest.shift();
      return own && [own, own];
    }
    const left = leftOf(newer);
    const below = older <= left ? rootsOf(older, left, isWhole) : rootsOf(older - left, newer - left, false);
    const sibling = rest.shift();
    if (!below || !sibling) return undefined;
    return older <= left
      ? [below[0], nodeHash(below[1], sibling)]
      : [nodeHash(sibling, below[0]), nodeHash(sibling, below[1])];
  };
  const roots = rootsOf(first.size, second.size, true);
  if (!roots || rest.length) return false;
  return Buffer.compare(roots[0], first.root) === 0 && Buffer.compare(roots[1], second.root) === 0;
}
