import { expect } from "chai";
import fc from "fast-check";
import { inclusionPath, leafHash, MerkleRoot, merkleRoot, rootFrom } from "../../src/evidence/merkle.ts";

/** Leaves and roots of the tree that the reference implementation of RFC 6962 is tested with. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(
  (hex) => leafHash(Buffer.from(hex, "hex")),
);

describe("the tree of an object's lines", () => {
  for (const [size, root] of [
    [0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    [1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
    [2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    [3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"],
    [5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"],
    [8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
  ] as const)
    it(`has the root that Certificate Transparency computes over ${size} leaves`, () => {
      expect(merkleRoot(LEAVES.slice(0, size)).toString("hex")).to.equal(root);
    });

  it("leads from every leaf of a tree of any size to its root, and from no other leaf, place or path", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, n) => {
        const leaves = Array.from({ length: size }, (_none, leaf) => leafHash(`line ${leaf}`));
        const index = n % size;
        const path = inclusionPath(leaves, index);
        const root = merkleRoot(leaves);
        const tree = new MerkleRoot();
        for (const leaf of leaves) tree.add(leaf);
        expect(tree.digest()).to.deep.equal(root);
        expect(rootFrom(leaves[index]!, index, size, path)).to.deep.equal(root);
        expect(rootFrom(leafHash("other"), index, size, path)).not.to.deep.equal(root);
        expect(rootFrom(leaves[index]!, index, size, [...path, root])).not.to.deep.equal(root);
        if (size > 1) expect(rootFrom(leaves[index]!, (index + 1) % size, size, path)).not.to.deep.equal(root);
      }),
    );
  });
});
