import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runningFrom, stopRunning } from "../../sandbox/background.ts";
import { cleanEnvironment, has, shellAsPrinted } from "../referee/commands.ts";

const PAGE = "docs/walk-through.md";

/** The commands that the page prints. */
function printed(): string {
  const block = /```sh\n(.*?)```/s.exec(readFileSync(PAGE, "utf8"))?.[1];
  if (!block) throw new Error(`${PAGE}: no commands`);
  return block;
}

describe("the walk-through of the sandbox", function () {
  this.timeout(300_000);
  const dir = mkdtempSync(join(tmpdir(), "walk-through-"));

  before(function () {
    if (process.env.CI || has("aws")) return;
    console.log("      skipped: there is no AWS CLI (aws) on this machine");
    this.skip();
  });
  after(async () => {
    const left = runningFrom(dir);
    if (left) await stopRunning(dir, left);
    for (const written of ["out.json", "report.html", "stack.json", "key.pem"]) rmSync(written, { force: true });
  });

  it("works as printed", async () => {
    const env = cleanEnvironment({ ITAUDIT_SANDBOX_DIR: dir });
    const { code, out, err } = await shellAsPrinted(printed(), env);
    expect(code, `${out}\n${err}`).to.equal(0);
    expect(JSON.parse(readFileSync("out.json", "utf8"))).to.include({ not_started: 0 });
    // The coverage of the narrower run, the listing, an item, the parameter and the assumed role's reading.
    expect(out).to.match(/│ 111111111111 │/);
    expect(out).to.match(/ evidence\/resource_type=aws_iam_role\/.*\.ndjson\.gz\n/);
    expect(out).to.match(/^\{.*"resource_type":"AWS::RDS::DBInstance".*\}$/m);
    expect(out).to.match(/^verified: /m);
    expect(out).to.match(/│ AWS::\w+::\w+ +│ +\d+ +│/);
    expect(readFileSync("report.html", "utf8")).to.match(/^<!doctype html>/);
    expect(out).to.include('"Value": "111111111111,222222222222,333333333333"');
    expect(out).to.match(/\|\s+orders-[\w-]+\s+\|\s+[\w-]+\s+\|\s+(True|False)\s+\|/);
    expect(err).to.match(/stopped; the state stays/);
  });
});
