import { existsSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fileReason, makeFolder } from "../../src/evidence/folders.ts";

describe("making a folder", () => {
  let base = "";
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "folders-"));
    writeFileSync(join(base, "file"), "");
    symlinkSync("nowhere", join(base, "dangling"));
    symlinkSync(base, join(base, "link"));
    symlinkSync("circle", join(base, "circle"));
  });

  for (const [what, path] of [
    ["one below others that are missing", "a/b/c"],
    ["one that is there", "."],
    ["one below a link to a folder", "link/d"],
    ["a link to a folder", "link"],
  ] as const)
    it(`makes ${what}`, async () => {
      await makeFolder(join(base, path));
      expect(statSync(join(base, path)).isDirectory()).to.equal(true);
    });

  it("makes the same one for many at once", async () => {
    await Promise.all(Array.from({ length: 50 }, (_, at) => makeFolder(join(base, "many/at/once", String(at % 5)))));
    expect(existsSync(join(base, "many/at/once/4"))).to.equal(true);
  });

  it("gives all that it makes the mode that is asked for", async () => {
    await makeFolder(join(base, "own/key"), 0o700);
    expect(statSync(join(base, "own")).mode & 0o777).to.equal(0o700);
    expect(statSync(join(base, "own/key")).mode & 0o777).to.equal(0o700);
  });

  for (const [what, path, says] of [
    ["a file", "file", /it is a file/],
    ["something below a file", "file/below/it", /lies below one/],
    ["a link to nothing", "dangling", /a link to nothing/],
    ["something below a link to nothing", "dangling/below/it", /a link to nothing/],
    ["something below a link to itself", "circle/below", /its links lead in a circle|a link to nothing/],
    ["a name that is too long", "x".repeat(300), /its name is too long/],
  ] as const)
    it(`refuses ${what} at once`, async () => {
      const error = await makeFolder(join(base, path)).catch((thrown: Error) => thrown);
      expect(fileReason(error)).to.match(says);
    }).timeout(5_000);

  // Linux says that it is not there; other systems have no /proc, and let nobody make one.
  it("ends where a file system takes no folder, though the one above is there", async () => {
    const error = await makeFolder("/proc/not/there").catch((thrown: Error) => thrown);
    expect(fileReason(error)).to.match(/none can be made|you may not|can only be read/);
  }).timeout(5_000);

  it("says nothing of errors that are not the file system's", () => {
    for (const error of [new Error("x"), Object.assign(new Error("x"), { code: "ENOENT" }), "x"])
      expect(fileReason(error)).to.equal(undefined);
  });
});
