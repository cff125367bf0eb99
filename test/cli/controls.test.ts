import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { SEVERITIES, type Severity } from "../../src/controls/control.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import { runId, sealedCopy, tablesOf } from "../evidence/sealedCopy.ts";
import { itaudit, itauditProcess, withoutProgress } from "./itaudit.ts";

describe("itaudit controls", function () {
  this.timeout(120_000);
  let folder: string;
  const asked = (...args: string[]) => itaudit(["controls", "--dir", folder, ...args]);
  const verdicts = async (...args: string[]) =>
    (await asked("--verdicts", "--json", ...args)).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Verdict);

  before(async () => {
    folder = await sealedCopy({ runs: 2 });
    await tablesOf(folder, 2);
  });
  after(() => rm(folder, { recursive: true }));

  it("ends with 2 where nothing failed and something is not known, and shows both in a table", async () => {
    const { code, stdout, stderr } = await itauditProcess([
      "controls",
      "--dir",
      folder,
      "--control",
      "rds-storage-encrypted,kms-key-rotated",
    ]);
    expect([code, stderr]).to.deep.equal([2, ""]);
    expect(stdout)
      .to.match(/│ kms-key-rotated +│ medium +│ +│ +\d+ │/)
      .and.to.match(/│ 2 controls +│/)
      .and.to.match(/^next: each finding with its evidence: itaudit controls --dir \S+ --control rds-\S+ --verdicts$/m);
  });

  it("shows the worst first, says what it leaves out, and names no control that judged nothing", async () => {
    const { stdout } = await asked();
    const severities = [...stdout.matchAll(/^│ [\w-]+-[\w-]+ +│ (\w+) +│ +\d* │/gm)].map(([, severity]) =>
      SEVERITIES.indexOf(severity as Severity),
    );
    expect(severities).not.to.be.empty;
    expect(severities).to.deep.equal(severities.toSorted());
    expect(stdout)
      .to.match(/not shown: \d+ /)
      .and.to.match(/│ \d+ controls +│/);
    expect(stdout.split("\n").filter((row) => /│ +│ +│ +│ +│ +\d* │ \S/.test(row))).to.be.empty;
  });

  it("narrows to a severity and worse, and counts one control as one", async () => {
    const { stdout } = await asked("--control", "kms-key-rotated", "--severity", "medium");
    expect(stdout).to.match(/│ 1 control +│/);
  });

  it("lists a framework by its requirements, and names those that no control asks about", async () => {
    const { code, stdout } = await itaudit(["controls", "--list", "--framework", "cis-v5"]);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^\d+\.\d+ +iam-root-mfa +/m)
      .and.to.match(/^\d+ of 63 requirements of CIS AWS Foundations Benchmark v5\.0 have a control; without one.*: /m);
  });

  it("prints each verdict as an object a line, of the run that is named", async () => {
    const found = await verdicts(runId(1), "--control", "kms-key-rotated");
    expect(found.map(({ status }) => status)).to.include("unknown");
    expect(found[0]).to.include.keys(
      "control",
      "account_id",
      "region",
      "resource",
      "reason",
      "evidence",
      "query_sha256",
    );
    expect(found[0]?.reason).to.equal("AWS::KMS::Key is read by no auditor of the run");
  });

  it("asks what a framework has, and lists it", async () => {
    const { code, stdout } = await itaudit(["controls", "--list", "--framework", "cis-v5", "--json"]);
    expect(code).to.equal(0);
    const listed = JSON.parse(stdout) as { id: string; mappings: Record<string, string[]> }[];
    expect(listed.map(({ id }) => id))
      .to.include("iam-root-mfa")
      .and.not.to.include("sqs-encrypted");
    expect(listed.every(({ mappings }) => mappings["cis-v5"])).to.equal(true);
  });

  it("names an exception that met no failure", async () => {
    const path = join(folder, "exceptions.yaml");
    const control = "rds-storage-encrypted";
    await writeFile(path, `- { control: ${control}, owner: me, reason: a test, expires: 2999-01-01 }`);
    const { stderr } = withoutProgress(await asked("--control", control, "--exceptions", path));
    expect(stderr).to.equal(`itaudit: the exception of me to ${control} met no failure\n`);
  });

  describe("where the file of a table is damaged", () => {
    const [broken, whole] = ["rds-storage-encrypted", "rds-snapshot-encrypted"];
    let path: string;
    let bytes: Buffer;
    before(async () => {
      const tables = await readdir(join(folder, "tables"), { recursive: true });
      path = join(
        folder,
        "tables",
        tables.find((each) => each.startsWith("aws_rds_dbinstance") && each.includes(runId(2)))!,
      );
      bytes = await readFile(path);
      await writeFile(path, bytes.subarray(0, 20));
    });
    after(() => writeFile(path, bytes));

    it("says which control was not evaluated and why, judges all others, and ends with 2", async () => {
      const { code, stdout, stderr } = withoutProgress(await asked("--control", `${broken},${whole}`));
      expect(code).to.equal(2);
      expect(stdout)
        .to.match(/rds-storage-encrypted +│ high +│ +not evaluated +│/)
        .and.to.match(/rds-snapshot-encrypted +│ medium +│/);
      expect(stderr).to.match(/^itaudit: not evaluated: control rds-storage-encrypted: [^\n]+\n$/);
    });

    it("has it as an object among the verdicts", async () => {
      const found = (await verdicts("--control", `${whole},${broken}`)) as unknown as Record<string, string>[];
      const said = found.filter(({ status }) => status === "not-evaluated");
      expect(said).to.have.length(1);
      expect(said[0]).to.include({ control: broken });
      expect(found.filter(({ control }) => control === whole)).not.to.be.empty;
    });

    it("ends with 3 where no control could be evaluated", async () => {
      const { code, stdout, stderr } = await asked("--control", broken!);
      expect([code, stdout]).to.deep.equal([3, ""]);
      expect(stderr).to.match(/no control could be evaluated, the first because: control rds-storage-encrypted/);
    });
  });

  for (const [what, args, problem] of [
    ["a control that there is not", ["--control", "rds-nothing"], /--control rds-nothing: there is no such control/],
    ["a framework that there is not", ["--framework", "cis"], /--framework cis: there are cis-v3, cis-v5/],
    [
      "a severity that there is not",
      ["--severity", "bad"],
      /--severity bad: there are critical, high, medium, low, info/,
    ],
    [
      "a choice that is empty",
      ["--control", "kms-key-rotated", "--severity", "critical"],
      /no control is of all that was asked for/,
    ],
    ["a run that there is not", ["01JDT3SAPG0000000000000000"], /run 01JDT3SAPG0000000000000000 has no tables here/],
    [
      "exceptions that are not there",
      ["--exceptions", "nowhere.yaml"],
      /--exceptions nowhere.yaml: there is no such file/,
    ],
  ] as const)
    it(`ends with 3 and one line on ${what}`, async () => {
      const { code, stdout, stderr } = await asked(...args);
      expect([code, stdout]).to.deep.equal([3, ""]);
      expect(stderr)
        .to.match(problem)
        .and.to.match(/^itaudit: [^\n]+\n$/);
    });
});
