import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { GzipBlocks } from "../../src/collect/gzipBlocks.ts";

const zipped = (texts: readonly string[]): Buffer => {
  const gzip = new GzipBlocks();
  return Buffer.concat([...texts.map((text) => gzip.write(text)), gzip.end()]);
};

describe("gzip in blocks", () => {
  it("gives back every text, whatever its characters and however it was cut", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
        // Half of a surrogate pair has no UTF-8.
        expect(gunzipSync(zipped(texts)).toString()).to.equal(Buffer.from(texts.join("")).toString());
      }),
    );
  });

  it("is one member over many blocks, a reader checks it, and the same text gives the same bytes", () => {
    const lines = Array.from({ length: 30_000 }, (_none, n) => `{"n":${n},"name":"orders-${n % 97}"}\n`);
    const bytes = zipped(lines);
    expect(gunzipSync(bytes).toString()).to.equal(lines.join(""));
    expect(bytes.length).to.be.below(lines.join("").length / 5);
    expect(zipped(lines).equals(bytes)).to.equal(true);
    const broken = Buffer.from(bytes);
    broken[broken.length - 6]! ^= 1;
    expect(() => gunzipSync(broken)).to.throw(/incorrect data check/);
  });
});
