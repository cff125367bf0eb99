import { createHash } from "node:crypto";
import { leafHash, MerkleRoot } from "./merkle.ts";

/** Lines whose hashes are kept to be sorted: some six megabytes. */
const SORTED_AT_MOST = 200_000;

/** What the lines of an evidence object come to, one after the other. */
export class LinesHash {
  private readonly tree = new MerkleRoot();
  private leaves: Buffer[] | undefined = [];

  /** @param line without its line break */
  add(line: string | Uint8Array): void {
    const leaf = leafHash(line);
    this.tree.add(leaf);
    if (this.leaves && this.leaves.length < SORTED_AT_MOST) this.leaves.push(leaf);
    else this.leaves = undefined;
  }

  digests(): { merkle_root: string; sorted_sha256?: string } {
    const merkle_root = this.tree.digest().toString("hex");
    if (!this.leaves) return { merkle_root };
    const hash = createHash("sha256");
    for (const leaf of this.leaves.sort(Buffer.compare)) hash.update(leaf);
    return { merkle_root, sorted_sha256: hash.digest("hex") };
  }
}
