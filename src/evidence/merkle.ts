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
  const beside = path.at(-1);
  if (!beside) return undefined;
  const left = leftOf(size);
  const below = path.slice(0, -1);
  if (index < left) {
    const own = rootFrom(leaf, index, left, below);
    return own && nodeHash(own, beside);
  }
  const own = rootFrom(leaf, index - left, size - left, below);
  return own && nodeHash(beside, own);
}
