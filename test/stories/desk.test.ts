import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, request } from "node:http";
import { hostname as hostName, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { controlsAbout } from "../../cli/reportOf.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { AUDIT_ACCOUNT, MANAGEMENT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { type Fault, noFaults } from "../../sandbox/faults.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import { evaluation } from "../../src/controls/evaluate.ts";
import { restsOn } from "../../src/controls/restsOn.ts";
import { earlyEvaluation } from "../../src/desk/earlyFindings.ts";
import type { Manifest } from "../../src/evidence/manifest.ts";
import { Plan } from "../../src/evidence/plan.ts";
import { duckDBEngine } from "../../src/query/duckdb.ts";
import { declaredCatalog } from "../../src/tables/declaredCatalog.ts";
import { catalogOfRuns } from "../../src/tables/runCatalog.ts";
import { type Answer, itaudit } from "../cli/itaudit.ts";
import { cleanEnvironment } from "../referee/commands.ts";
import { CHROMIUM, reader } from "../report/chromium.ts";

/** An HTTP proxy on this machine that puts the time of answers forward. */
async function startProxy(aheadMs: number) {
  let requests = 0;
  const server = createServer(async (incoming, outgoing) => {
    requests += 1;
    const { method = "GET", headers } = incoming;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const forwarded = request(incoming.url!, { method, headers }, (answer) => {
      const date = new Date(Date.now() + aheadMs).toUTCString();
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
      answer.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    forwarded.end(Buffer.concat(chunks));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${port}`,
    requests: () => requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const MEMBER = "111111111111";
const ROLE = "desk-reader";
/** Few enough to be read in seconds, in two regions and once for the account. */
const SOME = ["--auditors", "iam,s3,rds", "--regions", "eu-west-1,us-east-1"];

describe("collecting from a desk", function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), "desk-story-"));
  let sandbox: RunningSandbox;
  let folder: string;

  before(async () => {
    sandbox = await startSandbox({ ...handedIn, folder: join(root, "sandbox"), port: 0 });
    for (const { id } of sandbox.sandbox.state.members.slice(0, 2)) grant(id);
  });
  after(async () => {
    await sandbox.stop();
    rmSync(root, { recursive: true });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(root, "evidence-"));
    sandbox.sandbox.state.faults = noFaults();
  });

  /** A role in a member account that the audit account may assume, and that reads everything. */
  function grant(account: string): void {
    const { state } = sandbox.sandbox;
    const Arn = `arn:aws:iam::${account}:role/${ROLE}`;
    const trusted = { AWS: `arn:aws:iam::${AUDIT_ACCOUNT}:root` };
    state.roles.set(Arn, {
      ...[...state.roles.values()][0]!,
      account,
      Arn,
      RoleName: ROLE,
      Path: "/",
      AssumeRolePolicyDocument: JSON.stringify({
        Statement: [{ Effect: "Allow", Principal: trusted, Action: "sts:AssumeRole" }],
      }),
      inline: new Map([["all", JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] })]]),
      attached: new Set(),
    });
  }
  const env = (account: string): NodeJS.ProcessEnv => ({
    ...cleanEnvironment({}),
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: "sandbox",
    XDG_CONFIG_HOME: join(root, "config"),
  });
  const collect = (args: readonly string[] = SOME, account = MEMBER): Promise<Answer> =>
    itaudit(["collect", "--dir", folder, "--out", page(), ...args], env(account));
  const page = () => `${folder}.html`;
  const faults = (...script: Fault[]) => {
    sandbox.sandbox.state.faults = { ...noFaults(), script };
  };
  const documents = (name: RegExp): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((each) => name.test(each))
      .map((each) => join(folder, each));
  const manifests = (): Manifest[] =>
    documents(/manifest\.json$/).map((path) => JSON.parse(readFileSync(path, "utf8")));
  const verify = async (): Promise<Answer> => {
    const key = join(root, "config/audit-ecosystem/desk-key.pub.pem");
    return itaudit(["verify", "--all", "--dir", folder, "--public-key", key], env(MEMBER));
  };

  it("says what it would read and who it is, and reads nothing in a dry run", async () => {
    rmSync(folder, { recursive: true });
    const { code, stderr } = await collect([...SOME, "--dry-run"]);
    expect(code).to.equal(0);
    expect(stderr).to.include(`arn:aws:iam::${MEMBER}:root`);
    expect(stderr).to.match(/2 open of 2: eu-west-1, us-east-1/);
    expect(stderr).to.match(/3 services, 4 planned items, about \d+ calls/);
    expect(existsSync(folder)).to.equal(false);
  });

  /** Credentials of a session of a role with these statements. */
  function sessionWith(Statement: object[]): NodeJS.ProcessEnv {
    const { state } = sandbox.sandbox;
    const roleArn = `arn:aws:iam::${MEMBER}:role/${ROLE}`;
    const role = state.roles.get(roleArn)!;
    const narrow = { ...role, Arn: `${roleArn}-narrow`, RoleName: `${ROLE}-narrow` };
    narrow.inline = new Map([["some", JSON.stringify({ Version: "2012-10-17", Statement })]]);
    state.roles.set(narrow.Arn, narrow);
    state.sessions.set("ASIANARROW", {
      account: MEMBER,
      roleArn: narrow.Arn,
      roleName: narrow.RoleName,
      sessionName: "alice",
      expires: Date.now() + 3_600_000,
      policy: undefined,
    });
    return { ...env("ASIANARROW"), AWS_SESSION_TOKEN: "token" };
  }
  const READS_SOME = ["ec2:DescribeRegions", "iam:*", "s3:*", "rds:DescribeDBInstances"];

  it("says before the first call what the caller's policies will refuse, and that is what is denied", async () => {
    const caller = sessionWith([{ Effect: "Allow", Action: READS_SOME, Resource: "*" }]);
    const args = ["collect", "--dir", folder, "--out", page(), ...SOME];
    const foretold = await itaudit([...args, "--dry-run"], caller);
    expect(foretold.code, foretold.stderr).to.equal(0);
    const [, refused, of] = /^rights {5}(\d+) of (\d+) actions will be refused: rds \1$/m.exec(foretold.stderr) ?? [];
    expect(Number(refused)).to.be.within(1, Number(of));
    // rds is read in each of the two regions; s3 and iam once for the account.
    expect(foretold.stderr).to.match(
      /^ {11}2 of 4 planned items will be incomplete, and nothing is read of \d+ resource/m,
    );
    expect(foretold.stderr).to.include("itaudit policy --desk");
    const { code, stderr } = await itaudit(args, caller);
    expect(code, stderr).to.equal(2);
    expect(stderr).to.include(`${refused} of ${of} actions will be refused`);
    const outcomes = documents(/outcomes\/.*\.json$/).flatMap(
      (path) => JSON.parse(readFileSync(path, "utf8")).outcomes,
    );
    const denied = outcomes.filter(({ status }) => status === "denied");
    expect(denied.map(({ auditor, region }) => `${auditor} ${region}`).sort()).to.deep.equal([
      "rds eu-west-1",
      "rds us-east-1",
    ]);
  });

  for (const [what, statements, says] of [
    [
      "everything is allowed",
      [{ Effect: "Allow", Action: "*", Resource: "*" }],
      /your policies refuse none of \d+ actions/,
    ],
    [
      "they may not be read",
      [{ Effect: "Allow", Action: ["ec2:*", "s3:*", "iam:ListRolePolicies"], Resource: "*" }],
      /not known: .*policies attached to role desk-reader-narrow \(AccessDenied\)/,
    ],
  ] as const)
    it(`promises nothing of the caller's policies where ${what}`, async () => {
      const { code, stderr } = await itaudit(
        ["collect", "--dir", folder, ...SOME, "--dry-run"],
        sessionWith([...statements]),
      );
      expect(code, stderr).to.equal(0);
      expect(stderr).to.match(says);
      expect(stderr).not.to.match(/will be refused/);
    });

  it("reads one account with the keys at hand, seals it, and shows what there is, the worst first", async () => {
    const { code, stdout, stderr } = await collect();
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(
      /^Coverage {3}4 of 4 planned items collected; (\d+) of \1 listings read whole; \d+ resources$/m,
    );
    expect(stdout).to.match(/^Findings {3}\d+ critical, \d+ high/m);
    expect(stdout).to.include(page());
    expect(readFileSync(page(), "utf8")).to.match(/^<!doctype html>/);
    await opensInBrowser(page());
    const [manifest] = manifests();
    expect(manifest).to.deep.include({ complete: true, desk: { caller_arn: `arn:aws:iam::${MEMBER}:root` } });
    expect(manifest!.signing_key).to.include({ holder: "desk" });
    const key = join(root, "config/audit-ecosystem/desk-key.pem");
    expect(statSync(key).mode & 0o777).to.equal(0o600);
    const verified = await verify();
    expect(verified.code, verified.stdout).to.equal(0);
    const { stdout: answer } = await itaudit(
      ["query", "--dir", folder, "--csv", "SELECT count(*) AS n FROM latest_aws_s3_bucket"],
      env(MEMBER),
    );
    expect(answer).to.match(/^n\r\n[1-9]/);
  });

  /** The page shows findings and asks for nothing; where there is no browser, that is said. */
  async function opensInBrowser(path: string): Promise<void> {
    if (!existsSync(CHROMIUM))
      return console.log(`      not opened: there is no ${CHROMIUM}; apt-get install chromium`);
    const browser = await reader();
    try {
      const { page: opened, requests, errors } = await browser.openFile(path);
      expect([...requests, ...errors]).to.deep.equal([]);
      expect(await opened.locator("body").textContent()).to.match(/critical/i);
    } finally {
      await browser.close();
    }
  }

  it("reads an account with each profile that is named, and refuses two of one account", async () => {
    const profiles = join(root, "profiles");
    const keys = (name: string, account: string) =>
      `[${name}]\naws_access_key_id = ${account}\naws_secret_access_key = sandbox\n`;
    writeFileSync(profiles, keys("dev", "111111111111") + keys("prod", "222222222222") + keys("again", "111111111111"));
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...rest } = env(MEMBER);
    const named = (names: string): Promise<Answer> =>
      itaudit(["collect", "--dir", folder, "--out", page(), "--auditors", "s3", "--profiles", names], {
        ...rest,
        AWS_SHARED_CREDENTIALS_FILE: profiles,
        AWS_CONFIG_FILE: join(root, "none"),
      });
    const twice = await named("dev,again");
    expect(twice.code).to.equal(1);
    expect(twice.stderr).to.match(/--profiles again: it is of account 111111111111, as another profile before it/);
    const { code, stderr } = await named("dev,prod");
    expect(code, stderr).to.equal(0);
    const buckets = await itaudit(
      ["query", "--dir", folder, "--csv", "SELECT DISTINCT account_id FROM latest_aws_s3_bucket ORDER BY 1"],
      env(MEMBER),
    );
    expect(buckets.stdout).to.equal("account_id\r\n111111111111\r\n222222222222\r\n");
  });

  it("names while it still reads only what the sealed run says as well, in whatever order tasks end", async () => {
    const { code, stderr } = await collect();
    expect(code, stderr).to.equal(0);
    const [plan] = documents(/plan\.json$/).map((path) => Plan.parse(JSON.parse(readFileSync(path, "utf8"))));
    const commits = documents(/outcomes\/.*\.json$/).map((path) => JSON.parse(readFileSync(path, "utf8")));
    const catalog = await catalogOfRuns([plan!]);
    const controls = await controlsAbout(await declaredCatalog(["iam", "s3", "rds"]));
    const engine = await duckDBEngine({ folder, catalog });
    try {
      const { verdicts } = await evaluation(engine, controls);
      const sealed = new Map<string, unknown[]>();
      for (const control of controls)
        if (restsOn(control, catalog))
          for await (const portion of verdicts(control, { statuses: ["fail"] })) sealed.set(control.id, portion);
      for (const order of [commits, commits.toReversed()]) {
        const early = earlyEvaluation(folder, plan!, catalog, controls);
        const told = new Map<string, unknown>();
        const looks: number[] = [];
        try {
          for (const commit of order) {
            early.add(commit);
            const found = await early.evaluate();
            looks.push(found.length);
            for (const { control, failed } of found) told.set(control.id, failed);
          }
        } finally {
          await early.end();
        }
        expect(looks.filter(Boolean).length).to.be.at.least(2);
        expect(Object.fromEntries(told)).to.deep.equal(Object.fromEntries(sealed));
      }
    } finally {
      await engine.close();
    }
  });

  it("ends with 1 where a control of the severity failed, and writes SARIF", async () => {
    const sarif = join(folder, "findings.sarif");
    const { code, stdout } = await collect([...SOME, "--fail-on", "high", "--sarif", sarif, "--json"]);
    expect(code).to.equal(1);
    expect(JSON.parse(stdout)).to.include({ complete: true, planned: 4 });
    expect(JSON.parse(readFileSync(sarif, "utf8"))).to.include({ version: "2.1.0" });
  });

  it("enters the accounts of an organization by a role, and shows the one that does not let it in as denied", async () => {
    const { code, stdout, stderr } = await collect([...SOME, "--organization", "--role", ROLE], AUDIT_ACCOUNT);
    expect(code, stderr).to.equal(2);
    const denied = documents(/outcomes\/.*\.json$/)
      .flatMap((path) => JSON.parse(readFileSync(path, "utf8")).outcomes)
      .filter(({ status }) => status === "denied");
    const [open] = sandbox.sandbox.state.members.slice(2);
    expect(new Set(denied.map(({ account_id }) => account_id))).to.deep.equal(new Set([open!.id, MANAGEMENT_ACCOUNT]));
    expect(stdout).to.match(/denied/);
    expect(stdout).to.include(`role/${ROLE} must exist and trust`);
    const verified = await verify();
    expect(verified.code, verified.stdout).to.equal(0);
  });

  it("refuses accounts that the credentials are not of, where no role is named", async () => {
    const { code, stderr } = await collect([...SOME, "--accounts", "222222222222"]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/these credentials are of 111111111111\. Name the role/);
    expect(documents(/plan\.json$/)).to.be.empty;
  });

  it("says what is wrong with a list of accounts, and nothing of a deployment", async () => {
    const { code, stderr } = await collect([...SOME, "--accounts", "12345"]);
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /itaudit: --accounts: "12345" at position 1 is not an AWS account id, which has 12 digits\n$/,
    );
  });

  it("loses nothing when credentials end in the middle, and goes on once there are new ones", async () => {
    faults({ effect: { kind: "expired" }, service: "rds", region: "us-east-1" });
    const stopped = await collect();
    expect(stopped.code, stopped.stderr).to.equal(3);
    expect(stopped.stderr).to.match(/the credentials have ended .*sign in again/);
    expect(manifests()).to.be.empty;
    const kept = documents(/outcomes\/.*\.json$/).length;
    faults();
    const went = await collect(["--continue"]);
    expect(went.code, `${went.stdout}\n${went.stderr}`).to.equal(0);
    expect(documents(/outcomes\/.*\.json$/).length).to.be.greaterThan(kept);
    expect(manifests()).to.have.lengthOf(1);
    expect(manifests()[0]).to.include({ complete: true });
    const verified = await verify();
    expect(verified.code, verified.stdout).to.equal(0);
  });

  it("keeps what was read at Ctrl-C, goes on, and seals as incomplete what is ended instead", async () => {
    faults({ effect: { kind: "latency", ms: 400 }, service: "rds" });
    const started = spawn(
      process.execPath,
      ["--no-warnings", "--import=tsx", "cli/itaudit.ts", "collect", "--dir", folder, ...SOME],
      { env: env(MEMBER), stdio: ["ignore", "ignore", "pipe"] },
    );
    await planned(started);
    started.kill("SIGINT");
    const [code] = (await once(started, "exit")) as [number];
    expect(code).to.equal(3);
    expect(manifests()).to.be.empty;
    faults();
    const ended = await collect(["--end"]);
    expect(ended.code, ended.stderr).to.equal(2);
    expect(ended.stdout).to.match(/not read: the run was ended before them/);
    expect(manifests()[0]).to.include({ complete: false });
    expect((await verify()).stdout).to.match(/incomplete/);
    const nothing = await collect(["--continue"]);
    expect(nothing.stderr).to.match(/has no run that was stopped/);
  });

  /** Waits until the process says that it reads. */
  async function planned({ stderr }: ChildProcess): Promise<void> {
    let said = "";
    await new Promise<void>((resolve) => {
      stderr!.on("data", (chunk) => {
        said += String(chunk);
        if (/^evidence/m.test(said)) resolve();
      });
    });
  }

  it("goes through a proxy, and counts by AWS's clock where that of the machine is wrong", async () => {
    const proxy = await startProxy(20 * 60_000);
    try {
      const through = { ...env(MEMBER), HTTP_PROXY: proxy.address };
      const { code, stderr } = await itaudit(
        ["collect", "--dir", folder, "--out", page(), "--auditors", "s3"],
        through,
      );
      expect(code, stderr).to.equal(0);
      expect(stderr).to.match(/this machine is 20 minutes behind AWS/);
    } finally {
      proxy.close();
    }
    const [manifest] = manifests();
    // Each refusal that is an ordinary answer is asked for once: no policy, no website, no lifecycle.
    expect(manifest!.totals.retries).to.equal(0);
    expect(proxy.requests()).to.be.at.least(manifest!.totals.calls);
    const [plan] = documents(/plan\.json$/).map((path) => JSON.parse(readFileSync(path, "utf8")));
    expect(Date.parse(plan.started_at) - Date.now()).to.be.within(15 * 60_000, 21 * 60_000);
  });

  for (const [what, prepare, says] of [
    [
      "another process collects into it",
      () =>
        writeFileSync(
          join(folder, ".itaudit/lock.json"),
          JSON.stringify({ pid: process.ppid, host: hostName(), since: "x" }),
        ),
      /process \d+ on .* has collected into it since/,
    ],
    [
      "a newer release wrote it",
      () => writeFileSync(join(folder, ".itaudit/folder.json"), JSON.stringify({ layout: 2, made_by: "9.9.9" })),
      /newer release \(9\.9\.9\)/,
    ],
  ] as const)
    it(`leaves a folder alone where ${what}`, async () => {
      mkdirSync(join(folder, ".itaudit"));
      prepare();
      const { code, stderr } = await collect();
      expect(code).to.equal(1);
      expect(stderr).to.match(says);
      expect(documents(/plan\.json$/)).to.be.empty;
    });

  it("says in one line that the folder is a file", async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    const { code, stderr } = await collect();
    expect(code).to.equal(1);
    expect(stderr).to.match(/it is a file/);
  });
});
