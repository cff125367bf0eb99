import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { awsProblem } from "../../cli/awsProblem.ts";
import { runOf } from "../../cli/runs.ts";
import { deployAll } from "../../estate/deployAll.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { type Answer, itaudit as inThisProcess, itauditProcess, withoutProgress } from "./itaudit.ts";

const REGION = "eu-central-1";
const GOOD = "111111111111";
const CLOSED = "222222222222";

describe("itaudit run and status", function () {
  this.timeout(120_000);
  let running: RunningSandbox;
  let bucket: string;
  const folder = mkdtempSync(join(tmpdir(), "itaudit-"));

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: running.endpoint,
    AWS_ACCESS_KEY_ID: running.sandbox.state.auditAccount,
    AWS_SECRET_ACCESS_KEY: "sandbox",
  });
  const itaudit = (args: string[]): Promise<Answer> => inThisProcess(args, environment());

  before(async () => {
    running = await startSandbox({ ...handedIn, folder, port: 0, accounts: 2, seed: 1, latency: 0 });
    const outputs = await deployAll({
      door: { endpoint: running.endpoint },
      region: REGION,
      audit: { auditors: "rds,iam", regions: REGION, schedule: "off" },
      member: {},
      outdated: [CLOSED],
      onStack: () => undefined,
    });
    bucket = String(outputs.bucketName);
  });
  after(async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("before the first run status says that there is none, and how to start one", async () => {
    expect(await itaudit(["status"])).to.deep.equal({
      code: 1,
      stdout: "",
      stderr: `itaudit: there is no run in s3://${bucket}/ yet: itaudit run --wait\n`,
    });
  });

  it("run --wait shows plain progress in a log, then coverage, and exits with 2 where something was denied", async () => {
    const { code, stdout: out, stderr: err } = await itauditProcess(["run", "--wait"], "", environment());
    expect(err)
      .to.match(/^run \w{26}: 4 tasks, 4 planned items\n/)
      .and.match(/4 of 4 tasks\n$/);
    expect(err, "nothing is redrawn in a log").not.to.include("\u001b[K");
    expect(out).to.match(new RegExp(`│ ${GOOD} +│ \\d+ items +│ \\d+ items`));
    expect(out).to.match(new RegExp(`${CLOSED} (rds, iam|iam, rds): AssumeRole: AccessDenied \\(sts:AssumeRole\\)`));
    expect(code).to.equal(2);
  });

  it("run --wait exits with 0 where everything was collected, and --json is all that standard output holds", async () => {
    const { code, stdout: out } = await itaudit(["run", "--wait", "--json", "--accounts", GOOD, "--auditors", "rds"]);
    const answer = JSON.parse(out);
    expect(answer).to.deep.include({ bucket, tasks: 1, complete: true });
    expect(answer.totals.outcomes).to.deep.equal({ collected: 1 });
    expect(code).to.equal(0);
  });

  it("status finds the bucket and the latest run by itself, and another run by its id", async () => {
    const latest = JSON.parse((await itaudit(["status", "--json"])).stdout);
    expect(latest).to.deep.include({ bucket, tasks: 1, committed: 1, complete: true });
    expect(latest.open_tasks).to.deep.equal([]);
    expect(latest.summary.tasks).to.deep.equal({ planned: 1, handed_over: 0, missing: 0 });
    expect(latest.summary.cost.lambda).to.include({ tasks_measured: 1, requests: 3 });
    expect(latest.summary.cost.lambda.gigabyte_seconds).to.be.above(0);
    const { stdout: out, code } = await itaudit(["status", latest.run_id, "--bucket", bucket]);
    expect(out).to.match(new RegExp(`^run ${latest.run_id}, started .*: 1 of 1 tasks committed, sealed `));
    expect(out).to.match(/^tasks +1 planned, 0 handed over\ncalls +\d+, of which \d+ repeated; throttled 0 times\n/m);
    expect(out).to.match(
      new RegExp(`^slowest +${GOOD} \\d+\\.\\d s \\(rds ${REGION}\\)\ncost +about \\$0\\.\\d+: `, "m"),
    );
    expect(code).to.equal(0);
  });

  it("pull makes a copy that verifies, and a second time fetches nothing but the seals", async () => {
    // The tables of the runs before are made after their seals, and would be new to the second copy.
    await running.lambda.idle();
    const copy = join(folder, "copy");
    const first = await itaudit(["pull", "--all", "--dir", copy]);
    expect(withoutProgress(first), first.stderr).to.include({ code: 0, stderr: "" });
    expect(first.stdout).to.match(/: \d+ objects with \d+ bytes fetched, 0 stood there already\n$/);
    const { code, stdout: out } = await itaudit(["verify", "--all", "--dir", copy]);
    expect(code, out).to.equal(3);
    expect(out).to.match(/^(?:verified|consistent): 2 runs, /);
    const one = join(folder, "latest");
    expect(withoutProgress(await itaudit(["pull", "latest", "--dir", one])).stderr).to.equal("");
    expect((await itaudit(["verify", "latest", "--dir", one])).stdout).to.match(/^(?:verified|consistent): 1 run, /);
    const second = JSON.parse((await itaudit(["pull", "--all", "--bucket", bucket, "--dir", copy, "--json"])).stdout);
    // A place in the chain, a manifest and a signature of each run, and the key.
    expect(second).to.include({ fetched: 7, problems: 0 });
    expect(second.standing).to.be.above(10);
  });

  for (const [what, args, env, message] of [
    [
      "no credentials",
      ["status"],
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      /no AWS credentials: set AWS_PROFILE/,
    ],
    ["no function of that name", ["run", "--boss", "boss"], {}, /there is no function boss .*--boss/],
    [
      "an endpoint where nothing answers",
      ["status"],
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
      /nothing answers at AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:9/,
    ],
    ["an account that is not audited", ["run", "--accounts", "999"], {}, /accounts: 999 not among those configured/],
    [
      "a run that is not there",
      ["status", "01JDT3SAPG0000000000000000"],
      {},
      /there is no run 01JDT3SAPG0000000000000000 in s3:/,
    ],
    ["a pull of nothing named", ["pull", "--dir", "copy"], {}, /name a run, or use --all/],
    ["a word for a run", ["status", "yesterday"], {}, /"yesterday" is not the id of a run/],
    ["a bucket that is not there", ["status", "--bucket", "nowhere"], {}, /there is no such bucket/],
  ] as [string, string[], Record<string, string | undefined>, RegExp][]) {
    it(`${what} is one line that says what to do, and exit code 1`, async () => {
      const { code, stdout: out, stderr: err } = await inThisProcess(args, { ...environment(), ...env });
      expect(err)
        .to.match(/^itaudit: [^\n]+\n$/)
        .and.match(message);
      expect(out).to.equal("");
      expect(code).to.equal(1);
    });
  }

  for (const command of ["run", "status", "policy", "pull"])
    it(`${command} --help has examples`, async () => {
      const { stdout: out } = await itaudit([command, "--help"]);
      expect(out).to.match(new RegExp(`Examples:\\n  itaudit ${command}`));
    });
});

describe("an error of AWS's", () => {
  const error = (name: string, message: string, more: object = {}) =>
    Object.assign(new Error(message), { name, ...more });
  for (const [what, thrown, message] of [
    ["an expired session", error("ExpiredTokenException", "x"), /sign in again/],
    [
      "unknown credentials",
      error("InvalidClientTokenId", "x"),
      /does not know these credentials \(InvalidClientTokenId\)/,
    ],
    ["a missing region", error("Error", "Region is missing"), /set AWS_REGION/],
    [
      "a denial",
      error("AccessDeniedException", "User: x is not authorized", { $metadata: { httpStatusCode: 403 } }),
      /may not do that: User: x/,
    ],
  ] as const)
    it(`${what} says what to do`, () => {
      expect(awsProblem(thrown, {}).message).to.match(message);
    });

  it("that is none stays as it is", () => {
    const bug = new TypeError("x is not a function");
    expect(awsProblem(bug, {})).to.equal(bug);
  });
});

describe("the name of a run", () => {
  for (const text of [
    "01JDT3SAPG0000000000000000",
    "runs/run_date=2024-11-28/run_id=01JDT3SAPG0000000000000000/manifest.json",
  ])
    it(`is in ${text}, with its day`, () => {
      expect(runOf(text)).to.deep.equal({ run: "01JDT3SAPG0000000000000000", date: "2024-11-28" });
    });
});
