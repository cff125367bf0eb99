import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect } from "chai";
import { runningFrom, stopRunning } from "../../sandbox/background.ts";
import { cleanEnvironment, has, shellAsPrinted } from "../referee/commands.ts";

describe("the demo", function () {
  this.timeout(300_000);
  let stdout = "";
  before(async () => {
    const run = promisify(execFile)(process.execPath, ["--import=tsx", "cli/demo.ts"], { env: cleanEnvironment() });
    ({ stdout } = await run);
  });
  after(async () => {
    const left = runningFrom(".sandbox/demo");
    if (left) await stopRunning(".sandbox/demo", left);
  });

  it("deploys the program into the sandbox, covers every account, and shows the one that is closed", () => {
    const [, of] = /(\d+) tasks, \d+ items to cover/.exec(stdout) ?? [];
    expect(stdout).to.match(/member-111111111111 deployed/);
    expect(stdout).to.include(` ${of} of ${of} tasks committed`);
    expect(stdout).to.match(/111111111111 │ +\d+ items? +│ +\d+ items/);
    expect(stdout).to.match(/333333333333 .*rds.*: AssumeRole: AccessDenied.*must exist and trust this audit account/);
    expect(stdout).to.include('"resource_type": "AWS::RDS::DBInstance"');
  });

  it("opens a bucket, runs again, and writes the report: three findings, and the one change", async () => {
    const [, bucket] = /opens the bucket (\S+) to the public, and a second run starts/.exec(stdout) ?? [];
    const [, path] = /\nThe report, to open in a browser: (\S+)\n/.exec(stdout) ?? [];
    expect(await readFile(path!, "utf8")).to.match(/^<!doctype html>/);
    expect(stdout).to.include("The evidence is as it was sealed.");
    expect(stdout).to.match(/\n\d+ findings; three of the worst:\n(?: {2}[^\n]+: arn:[^\n]+\n){3}What changed/);
    const changes = /\nWhat changed since the first run:\n((?: {2}[^\n]+\n)+)/.exec(stdout)?.[1];
    expect(changes).to.equal(
      `  ~ AWS::S3::Bucket arn:aws:s3:::${bucket}\n      GetPublicAccessBlock.PublicAccessBlockConfiguration.RestrictPublicBuckets: true → false\n`,
    );
  });

  it("ends with commands that work as printed", async () => {
    const commands = /\nNext: [^\n]*\n((?: {2}[^\n]+\n)+)/.exec(stdout)?.[1] ?? "";
    expect(commands.trim().split("\n")).to.have.length(has("aws") ? 6 : 5);
    const { code, out, err } = await shellAsPrinted(commands, cleanEnvironment());
    expect(code, `${out}\n${err}`).to.equal(0);
    expect(out).to.match(/│ AWS::\w+::\w+ +│ +\d+ +│/);
    expect(out).to.match(/^verified: /m);
    expect(out).to.match(/│ 111111111111 │/);
    if (has("aws")) expect(out).to.match(/ evidence\/resource_type=aws_rds_dbinstance\/.*\.ndjson\.gz$/m);
    expect(err).to.match(/stopped; the state stays in \.sandbox\/demo/);
  });
});
