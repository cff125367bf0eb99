import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { tableKey } from "../../src/evidence/layout.ts";
import { DATE } from "../evidence/bucket.ts";
import { runId, sealedCopy } from "../evidence/sealedCopy.ts";
import { itaudit, itauditProcess, withoutProgress } from "./itaudit.ts";

describe("itaudit tables, query and diff", function () {
  this.timeout(120_000);
  let folder: string;
  let untabulated: string;
  before(async () => {
    folder = await sealedCopy({ runs: 2 });
    untabulated = await sealedCopy({ runs: 1 });
    const { stdout, stderr } = withoutProgress(await itauditProcess(["tables", "build", "--dir", folder]));
    expect(stderr).to.equal("");
    expect(stdout).to.match(/^run \w{26}: 12 files, \d+ rows, \d+ bytes\nrun \w{26}: 12 files, /);
  });
  after(() => Promise.all([folder, untabulated].map((each) => rm(each, { recursive: true }))));

  it("answer with the rows alone in a pipe", async () => {
    const sql = "SELECT account_id, count(*) AS n FROM latest_aws_rds_dbinstance GROUP BY account_id ORDER BY 1";
    const csv = await itauditProcess(["query", "--dir", folder, "--csv", sql]);
    expect(withoutProgress(csv)).to.deep.equal({
      code: 0,
      stdout: "account_id,n\r\n100000000001,3\r\n100000000002,3\r\n",
      stderr: "",
    });
  });

  it("cut no cell in a pipe", async () => {
    const { stdout } = await itaudit(["query", "--dir", folder, "SELECT repeat('x', 200) AS long"]);
    expect(stdout).to.include("x".repeat(200));
  });

  it("show a mistake with its place, and end with 1", async () => {
    const { code, stdout, stderr } = withoutProgress(
      await itauditProcess(["query", "--dir", folder, "SELECT acount_id FROM latest_accounts"]),
    );
    expect([code, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.match(
      /^itaudit: Referenced column "acount_id".*\nline 1:8 {2}SELECT acount_id FROM latest_accounts\n {17}\^\n$/,
    );
  });

  it("answer queries that come through a pipe, and go on after a mistake", async () => {
    const input = ".columns latest_accounts\nSELECT nope;\nSELECT 7\n  AS seven;\n";
    const { code, stdout } = await itauditProcess(["query", "--dir", folder, "--json"], input);
    expect(code).to.equal(0);
    expect(stdout).to.include("account_id  varchar").and.include('[{"seven":7}]').and.include("line 1:8  SELECT nope");
  });

  it("find no difference between two runs over the same", async () => {
    const { code, stdout } = await itaudit(["diff", "--dir", folder, "--exit-code"]);
    expect([code, stdout]).to.deep.equal([0, `${runId(1)} → ${runId(2)}\nno difference\n`]);
  });

  it("verify the tables too, and name the one that was changed", async () => {
    const args = ["verify", "--all", "--dir", folder, "--tables"];
    const key = tableKey("aws_rds_dbinstance", runId(1), DATE);
    const bytes = await readFile(join(folder, key));
    // Somewhere in the data, which begins the file.
    bytes[40]! ^= 1;
    await writeFile(join(folder, key), bytes);
    const { code, stdout } = await itaudit(args);
    expect(code).to.equal(1);
    expect(stdout).to.match(new RegExp(`^table +${key}: is altered. itaudit tables build ${runId(1)}`));
  });

  for (const [what, args, problem] of [
    ["an empty query", ["query", "--dir", "<folder>", " "], /the query: it is empty/],
    ["a file that there is not", ["query", "--dir", "<folder>", "-f", "no.sql"], /-f no.sql: there is no such file/],
    ["two formats", ["query", "--dir", "<folder>", "--csv", "--json", "SELECT 1"], /choose one/],
    [
      "a copy that is not there",
      ["query", "--dir", "/nowhere", "SELECT 1"],
      /--dir \/nowhere: there is no such folder/,
    ],
    [
      "a copy without tables",
      ["query", "--dir", "<untabulated>", "SELECT 1"],
      /has no sealed run with tables yet: .* itaudit tables build/,
    ],
    ["a run that is not there", ["diff", "--dir", "<folder>", runId(7)], /has no tables here; there are/],
  ] as [string, string[], RegExp][]) {
    it(`refuse ${what} with one line`, async () => {
      const { code, stdout, stderr } = await itaudit(
        args.map((arg) => arg.replace("<folder>", folder).replace("<untabulated>", untabulated)),
      );
      expect([code, stdout]).to.deep.equal([1, ""]);
      expect(stderr)
        .to.match(problem)
        .and.match(/^[^\n]+\n$/);
    });
  }
});
