import { rm } from "node:fs/promises";
import { expect } from "chai";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { type Notice, type Violation, verify } from "../../src/evidence/verify.ts";
import { recordedCopy } from "./recordedCopy.ts";

describe("evidence that an earlier version sealed", () => {
  it("verifies as before: three runs with manifests of format 2, the last of them incomplete", async () => {
    const { folder, publicKey } = await recordedCopy("manifest-2");
    const violations: Violation[] = [];
    const notices: Notice[] = [];
    const verdict = await verify({
      source: folderSource(folder),
      keys: keysIn(publicKey),
      run: "all",
      violation: (each) => violations.push(each),
      notice: (each) => notices.push(each),
    });
    expect(violations).to.deep.equal([]);
    // Its clock stood at the beginning of 1970.
    expect(notices.flatMap(({ kind }) => (kind === "time" ? [] : [kind]))).to.deep.equal(["incomplete"]);
    expect(verdict).to.include({ runs: 3, objects: 5, items: 15 });
    await rm(folder, { recursive: true });
  });
});
