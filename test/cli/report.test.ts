import { execFileSync } from "node:child_process";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { reportOf } from "../../cli/reportOf.ts";
import { folderSource } from "../../src/evidence/folderSource.ts";
import { writeReport } from "../../src/report/write.ts";
import { folderObjects } from "../../src/tables/folderObjects.ts";
import { DATE } from "../evidence/bucket.ts";
import { PEM, runId, sealedCopy, tablesOf } from "../evidence/sealedCopy.ts";
import type { WrittenReport } from "../report/sampleReport.ts";
import { itaudit, itauditProcess, withoutProgress } from "./itaudit.ts";

describe("itaudit report", function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await sealedCopy({ runs: 2 });
    await tablesOf(folder, 2);
    await writeFile(join(folder, "key.pem"), PEM);
    const exceptions =
      '- {control: rds-storage-encrypted, account: "100000000001", owner: me, reason: a test, expires: 2199-01-01}\n';
    await writeFile(join(folder, "exceptions.yaml"), exceptions);
  });
  after(() => rm(folder, { recursive: true }));

  it("writes a page that needs nothing else, and prints its path", async () => {
    const out = join(folder, "report.html");
    const answer = await itauditProcess(["report", "--dir", folder, "--out", out]);
    expect(withoutProgress(answer)).to.deep.equal({ code: 0, stdout: `${out}\n`, stderr: "" });
    const html = await readFile(out, "utf8");
    expect(html)
      .to.match(/^<!doctype html>/)
      .and.include("default-src 'none'");
    expect(html).not.to.match(/<(?:link|img|script[^>]* src)/);
  });

  it("writes into a pipe that stands where it is told to, and leaves it there", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const [text, answer] = await Promise.all([
      readFile(pipe, "utf8"),
      itauditProcess(["report", "--dir", folder, "--format", "json", "--out", pipe]),
    ]);
    expect(withoutProgress(answer)).to.deep.equal({ code: 0, stdout: "", stderr: "" });
    expect(JSON.parse(text).run.run_id).to.equal(runId(2));
    expect((await stat(pipe)).isFIFO()).to.equal(true);
  });

  it("does not take a folder for a file", async () => {
    const { code, stderr } = await itaudit(["report", "--dir", folder, "--out", folder]);
    expect(code).to.equal(1);
    expect(stderr).to.include(`--out ${folder}: it is a folder`);
  });

  it("says the same to machines: verified with the key given, compared with the run before", async () => {
    const args = ["report", runId(2), "--dir", folder, "--format", "json", "--public-key", join(folder, "key.pem")];
    const { code, stdout } = await itaudit(args);
    expect(code).to.equal(0);
    const report = JSON.parse(stdout) as WrittenReport;
    expect(report.run).to.deep.include({ run_id: runId(2), complete: true, items: 6 });
    expect(report.integrity).to.deep.include({ holds: true, key: "given", violations: 0, objects: 2 });
    expect(report.inventory.map(({ account_id, items }) => `${account_id} ${items}`)).to.deep.equal([
      "100000000001 3",
      "100000000002 3",
    ]);
    expect(report.changes).to.deep.include({ since: runId(1), differences: [] });
    // Nothing in this evidence tells whether the storage is encrypted: that is no pass.
    const verdicts = report.controls.find(({ id }) => id === "rds-storage-encrypted")!;
    expect(verdicts.status).to.equal("unknown");
    expect(report.findings.filter(({ control }) => control === verdicts.id)[0]!.evidence[0]).to.deep.include({
      line: 1,
    });
  });

  /** The same report without a process of its own, and of one service: the two above have them all. */
  const reportOfDatabases = async (run: string): Promise<WrittenReport> => {
    const place = { objects: folderObjects(folder), source: folderSource(folder), folder };
    const line = Object.assign(() => undefined, { end: () => undefined });
    const written: string[] = [];
    await reportOf({ run, evidence: place, services: ["rds"], line }, (report) =>
      writeReport(report, "json", (text) => void written.push(text)),
    );
    return JSON.parse(written.join("")) as WrittenReport;
  };

  it("shows an earlier run as it was, with nothing before it", async () => {
    const report = await reportOfDatabases(runId(1));
    expect(report.run.run_id).to.equal(runId(1));
    expect(report.integrity.key).to.equal("beside");
    expect(report.changes).to.equal(null);
    const objects = new Set(
      report.findings.flatMap(({ evidence }) => evidence.map(({ object }) => object.includes(runId(1)))),
    );
    expect(objects).to.deep.equal(new Set([true]));
  });

  it("says that evidence was altered, whatever else it can say", async () => {
    const key = `runs/run_date=${DATE}/run_id=${runId(2)}/manifest.sig`;
    const signature = await readFile(join(folder, key));
    await writeFile(join(folder, key), signature.subarray(1));
    const { integrity } = await reportOfDatabases("latest");
    await writeFile(join(folder, key), signature);
    expect(integrity).to.deep.include({ holds: false, violations: 1 });
    expect(integrity.findings[0]).to.have.property("kind", "signature");
  });

  for (const [what, args, problem] of [
    ["a format there is none of", ["--format", "pdf"], /--format pdf: there are html, json, csv, sarif, ocsf/],
    ["a run that is not there", [runId(7)], /has no sealed run/],
    ["a run compared with itself", [runId(1), "--compare", runId(2)], /a run before/],
    ["a file of exceptions that is not there", ["--exceptions", "nope.yaml"], /nope.yaml: there is no such file/],
  ] as [string, string[], RegExp][])
    it(`refuses ${what} with one line`, async () => {
      const { code, stdout, stderr } = await itaudit(["report", ...args, "--dir", folder]);
      expect([code, stdout]).to.deep.equal([1, ""]);
      expect(stderr)
        .to.match(problem)
        .and.match(/^[^\n]+\n$/);
    });
});
