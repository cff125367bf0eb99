import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { CliError } from "../../cli/cliError.ts";
import { fileProblem } from "../../cli/fileProblem.ts";
import { checkOutput } from "../../cli/outputFile.ts";
import { makeFolder } from "../../src/evidence/folders.ts";

describe("a file that an option names for output", () => {
  let base = "";
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "output-"));
    writeFileSync(join(base, "file"), "");
    mkdirSync(join(base, "folder"));
    symlinkSync("nowhere", join(base, "dangling"));
  });

  for (const [what, path] of [
    ["a new one", "new"],
    ["one that stands", "file"],
    ["one in folders that are not there yet", "a/b/c"],
  ] as const)
    it(`is fine as ${what}, and nothing is made for the question`, async () => {
      await checkOutput("--out", join(base, path));
      expect(existsSync(join(base, "new")) || existsSync(join(base, "a"))).to.equal(false);
    });

  it("is fine as standard output, or where none is named", async () => {
    await checkOutput("--sarif", "-");
    await checkOutput("--sarif", undefined);
  });

  for (const [what, path, says] of [
    ["a folder", "folder", /^--out .*folder: it is a folder, and a file is expected$/],
    ["one below a file", "file/page.html", /^--out .*page\.html: .*file is a file$/],
    ["one deep below a file", "file/a/b/page.html", /^--out .*page\.html: .*file is a file$/],
    ["one below a link to nothing", "dangling/page.html", /^--out .*page\.html: there is no such file or folder/],
  ] as const)
    it(`is refused as ${what}`, async () => {
      const error = await checkOutput("--out", join(base, path)).catch((thrown: Error) => thrown);
      expect(error).to.be.instanceOf(CliError).with.property("message").that.matches(says);
    });
});

describe("an error of the file system", () => {
  it("is one line that names the path, why, and what to do", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "output-")), "file");
    writeFileSync(file, "");
    const error = await makeFolder(join(file, "below")).catch((thrown: Error) => thrown as Error);
    expect(fileProblem(error!)).to.be.instanceOf(CliError);
    expect(fileProblem(error!).message).to.equal(
      `${join(file, "below")}: it is a file, or lies below one; choose another (ENOTDIR)`,
    );
    const other = new TypeError("x is not a function");
    expect(fileProblem(other)).to.equal(other);
  });
});
