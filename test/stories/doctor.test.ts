import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { Command } from "commander";
import { CliError } from "../../cli/cliError.ts";
import { doctorCommand } from "../../cli/commands/doctor.ts";
import { examine, type Subject } from "../../cli/doctor.ts";
import { bringAllUp } from "../../cli/members/bringAllUp.ts";
import { stacksOf } from "../../cli/members/stacksOf.ts";
import { upRecord } from "../../cli/members/upRecord.ts";
import { progressLine } from "../../cli/progress.ts";
import { startRun } from "../../cli/startRun.ts";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { regionsOf } from "../../sandbox/estate/regions.ts";
import { type RunningSandbox, startSandbox } from "../../sandbox/server.ts";
import type { StoredRole } from "../../sandbox/state.ts";

use(chaiAsPromised);

const REGION = "eu-central-1";
/** In every estate closed in some accounts and open in none that matters here. */
const CLOSED = "af-south-1";
const EXTERNAL_ID = "an-external-id";
const ADMINISTRATOR = "OrganizationAccountAccessRole";
const KINDS = [
  "ok",
  "without a role",
  "with an outdated external id",
  "trusting another account",
  "with an old policy",
  "letting in without an external id",
  "of an older version",
  "with somebody else's policy",
  "suspended",
] as const;

describe("itaudit doctor", function () {
  this.timeout(180_000);
  let running: RunningSandbox;
  const ids = new Map<string, string>();
  const before_ = { ...process.env };
  const roleOf = (kind: (typeof KINDS)[number]): StoredRole =>
    running.sandbox.state.roles.get(`arn:aws:iam::${ids.get(kind)}:role/audit-cross-account-access-role`)!;

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-ecosystem-"));
    running = await startSandbox({ ...handedIn, folder, port: 0, accounts: KINDS.length, seed: 1 });
    const { state } = running.sandbox;
    for (const [index, kind] of KINDS.entries()) {
      const member = state.members[index]!;
      member.state = kind === "suspended" ? "SUSPENDED" : "ACTIVE";
      ids.set(kind, member.id);
    }
    const door = { endpoint: running.endpoint };
    await deploy(door, REGION, {
      name: "audit",
      account: AUDIT_ACCOUNT,
      config: {
        kind: "audit",
        accounts: [...ids.values()].join(","),
        auditors: "rds,iam",
        regions: `${REGION},${CLOSED}`,
        externalId: EXTERNAL_ID,
        catalog: "false",
      },
    });
    const changed: Partial<Record<(typeof KINDS)[number], Record<string, string>>> = {
      "with an outdated external id": { externalId: "an-outdated-external-id" },
      "trusting another account": { auditAccountId: "123456789012" },
      "with an old policy": { auditors: "rds,sns" },
    };
    for (const [kind, account] of ids) {
      if (kind === "without a role") continue;
      const config = { kind: "member", auditAccountId: AUDIT_ACCOUNT, externalId: EXTERNAL_ID, auditors: "rds,iam" };
      const own = changed[kind as (typeof KINDS)[number]];
      await deploy(door, REGION, { name: `member-${account}`, account, config: { ...config, ...own } });
    }
    const lax = JSON.parse(roleOf("letting in without an external id").AssumeRolePolicyDocument);
    delete lax.Statement[0].Condition.StringEquals;
    roleOf("letting in without an external id").AssumeRolePolicyDocument = JSON.stringify(lax);
    roleOf("of an older version").inline.clear();
    const foreign = `arn:aws:iam::${ids.get("with somebody else's policy")}:policy/buckets`;
    state.policies.set(foreign, {
      ...[...state.policies.values()][0]!,
      account: ids.get("with somebody else's policy")!,
      Arn: foreign,
      PolicyName: "buckets",
      document: JSON.stringify({ Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: "*" } }),
    });
    roleOf("with somebody else's policy").attached.add(foreign);
    for (const account of ids.values()) {
      const Arn = `arn:aws:iam::${account}:role/${ADMINISTRATOR}`;
      const everything = JSON.stringify({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } });
      state.roles.set(Arn, {
        ...roleOf("ok"),
        account,
        Arn,
        RoleName: ADMINISTRATOR,
        inline: new Map([["all", everything]]),
        attached: new Set(),
        AssumeRolePolicyDocument: JSON.stringify({
          Statement: {
            Effect: "Allow",
            Principal: { AWS: `arn:aws:iam::${AUDIT_ACCOUNT}:root` },
            Action: "sts:AssumeRole",
          },
        }),
      });
    }
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: running.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: AUDIT_ACCOUNT,
      AWS_SECRET_ACCESS_KEY: "sandbox",
    });
  });
  after(async () => {
    for (const name of ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
      if (before_[name] === undefined) delete process.env[name];
      else process.env[name] = before_[name];
    await running.stop();
  });

  const looked = async (through?: string): Promise<Subject[]> => {
    const line = progressLine({ write: () => undefined });
    return examine({ prefix: "audit", through }, line);
  };
  /** What is not ok in the account of a kind, as `verdict check: message`. */
  const toldOf = (subjects: readonly Subject[], kind: string): string[] =>
    subjects
      .find(({ account_id }) => account_id === ids.get(kind))!
      .findings.filter(({ verdict, check }) => verdict !== "ok" && check !== "regions")
      .map(({ verdict, check, message }) => `${verdict} ${check}: ${message}`);

  it("finds the audit account in order, and the member that is", async () => {
    const subjects = await looked();
    expect(subjects[0]).to.include({ account_id: AUDIT_ACCOUNT, part: "audit" });
    // How old the tables of facts are depends on the day.
    const told = subjects[0]!.findings.filter(({ verdict, check }) => verdict !== "ok" && check !== "facts");
    expect(told.map(({ message }) => message)).to.deep.equal([
      "without Object Lock: an administrator can delete evidence",
      "no run was sealed in the last 89 days",
    ]);
    expect(subjects[0]!.findings.filter(({ check }) => check === "facts")).to.have.length(1);
    expect(toldOf(subjects, "ok")).to.deep.equal([]);
  });

  it("names each kind of problem that can be seen from outside, with what to do", async () => {
    const subjects = await looked();
    const refused =
      /^problem trust: cannot be entered: .*AWS does not tell which: there is no role audit-cross-account-access-role, it trusts another account, or it asks for another external id$/;
    for (const [kind, ...told] of [
      ["without a role", refused],
      ["with an outdated external id", refused],
      ["trusting another account", refused],
      [
        "with an old policy",
        /^problem policy: lacks \d+ of 56 permissions: iam:GenerateCredentialReport, .*and \d+ more$/,
        /^problem policy: allows \d+ that no deployed auditor needs: sns:/,
      ],
      [
        "letting in without an external id",
        /^problem external id: the role lets the auditors in without an external id and with a wrong one$/,
        /^problem trust: asks for no external id$/,
      ],
      ["of an older version", /^unknown role: may not read itself \(AccessDenied\)/],
      [
        "with somebody else's policy",
        /^problem policy: has policies that this program did not make, and that it may not read: .*policy\/buckets/,
      ],
      ["suspended", /^problem account: AWS Organizations says that it is SUSPENDED$/],
    ] as const) {
      const found = toldOf(subjects, kind);
      expect(found, kind).to.have.length(told.length);
      for (const [index, pattern] of told.entries()) expect(found[index], kind).to.match(pattern);
    }
    for (const { findings } of subjects)
      for (const { verdict, remedy } of findings) if (verdict === "problem") expect(remedy).to.match(/\w/);
  });

  it("names the configured regions that are closed in an account, and the open ones that are not configured", async () => {
    const subjects = await looked();
    const { findings } = subjects.find(({ account_id }) => account_id === ids.get("ok"))!;
    const open = regionsOf(1, ids.get("ok")!).filter(({ optIn }) => optIn !== "not-opted-in");
    const said = findings.filter(({ check }) => check === "regions").map(({ message }) => message);
    expect(said[0]).to.equal(`of the configured ones not open here: ${CLOSED}`);
    expect(said[1]).to.match(
      new RegExp(`^open here, and not audited by configuration: .* and ${open.length - 1 - 6} more$`),
    );
  });

  it("tells through an administrator's role why an account cannot be entered, or what its role allows", async () => {
    const subjects = await looked(ADMINISTRATOR);
    expect(toldOf(subjects, "without a role")).to.deep.equal([
      "problem role: there is no role audit-cross-account-access-role",
    ]);
    expect(toldOf(subjects, "with an outdated external id")).to.deep.equal([
      `problem trust: asks for the external id an-outdated-external-id; the audit stack's is ${EXTERNAL_ID}`,
    ]);
    expect(toldOf(subjects, "trusting another account")).to.deep.equal([
      `problem trust: trusts arn:aws:iam::123456789012:root, and not the audit account ${AUDIT_ACCOUNT}`,
    ]);
    expect(toldOf(subjects, "of an older version")[0]).to.match(
      /^problem policy: lacks 6 of \d+ permissions: iam:GetRole on/,
    );
  });

  it("finds what somebody did to the audit account", async () => {
    const { state } = running.sandbox;
    const [bucket] = [...state.buckets.values()].filter(({ owner }) => owner === AUDIT_ACCOUNT);
    const key = [...state.keys.values()].find(({ account }) => account === AUDIT_ACCOUNT)!;
    const schedule = [...state.schedules.values()].find(({ settings }) => settings.Name === "audit-run")!;
    const fn = [...state.functions.values()].find(({ FunctionName }) => FunctionName === "audit-get-meta-rds")!;
    const parameter = [...state.parameters.values()][0]!;
    const [usual, list] = [fn.environment.BUNDLE_SHA256!, parameter.Value];
    bucket!.configuration.set("GetBucketVersioning", { Status: "Suspended" });
    key.deletionDate = Date.UTC(2030, 0, 1);
    schedule.settings.State = "DISABLED";
    fn.environment.BUNDLE_SHA256 = "0".repeat(64);
    parameter.Value = "11111111111";
    const [audit] = await looked();
    bucket!.configuration.set("GetBucketVersioning", { Status: "Enabled" });
    key.deletionDate = undefined;
    schedule.settings.State = "ENABLED";
    fn.environment.BUNDLE_SHA256 = usual;
    parameter.Value = list;
    const troubles = audit!.findings.filter(({ verdict }) => verdict === "problem");
    expect(troubles.map(({ check, message }) => `${check}: ${message.replace(key.arn, "KEY")}`)).to.deep.equal([
      'accounts: parameter /audit-ecosystem/accounts: "11111111111" at position 1 is not an AWS account id, which has 12 digits',
      "functions: run another code than the one here: audit-get-meta-rds",
      `bucket: ${bucket!.name}: its versions are not kept`,
      "signing key: KEY is deleted on 2030-01-01: from then on nothing can be sealed",
      "schedule: audit-run is switched off",
    ]);
  });

  describe("after a run", () => {
    const saidOf = (subjects: readonly Subject[], check: string) =>
      subjects[0]!.findings
        .filter((each) => each.check === check)
        .map(
          ({ verdict, message }) => `${verdict}: ${message.replace(/\b01\w{24}\b/, "RUN").replace(/at 2\S+/, "NOW")}`,
        );

    before(async () => {
      await startRun(new LambdaClient({}), "audit-boss", { accounts: [ids.get("ok")!] });
      await running.lambda.idle();
    });

    it("finds each signature of it in CloudTrail, and the code that is deployed in its manifest", async () => {
      const subjects = await looked();
      expect(saidOf(subjects, "signatures")).to.deep.equal([
        "ok: 2, each a use of the key by the sealer in CloudTrail",
      ]);
      expect(saidOf(subjects, "code of the runs")).to.deep.equal([
        "ok: run RUN was collected by the code that is deployed",
      ]);
    });

    it("does not say of a function that is gone that the run had its code", async () => {
      const { functions } = running.sandbox.state;
      const [arn, fn] = [...functions].find(([, { FunctionName }]) => FunctionName === "audit-get-meta-iam")!;
      functions.delete(arn);
      const subjects = await looked();
      functions.set(arn, fn);
      expect(saidOf(subjects, "code of the runs")).to.deep.equal([
        "note: took part in the newest run, RUN, and do not tell their code now: audit-get-meta-iam",
      ]);
    });

    it("tells who else signed with the key, and functions that are others than the run's", async () => {
      const { state } = running.sandbox;
      const fn = [...state.functions.values()].find(({ FunctionName }) => FunctionName === "audit-sealer")!;
      const [own, usual] = [state.signings.at(-1)!, fn.environment.BUNDLE_SHA256!];
      state.signings.push({ ...own, id: "stranger", role: "arn:aws:iam::999999999999:role/eve" });
      fn.environment.BUNDLE_SHA256 = "0".repeat(64);
      const subjects = await looked();
      state.signings.pop();
      fn.environment.BUNDLE_SHA256 = usual;
      expect(saidOf(subjects, "signatures")).to.deep.equal([
        "problem: arn:aws:iam::999999999999:role/eve signed with the key NOW",
      ]);
      expect(saidOf(subjects, "code of the runs")[0]).to.match(
        /^problem: run RUN of .* says that other code took part than is deployed, and nothing was deployed since: audit-sealer$/,
      );
    });
  });

  it("prints what is to be done and exits with 2; 0 where nothing is, 1 where it could not look", async () => {
    const bad = await itaudit("--accounts", ids.get("without a role")!);
    expect(bad.code).to.equal(2);
    expect(bad.out)
      .to.match(/^999999999999 {2}audit {3}ok\n {2}ok {7}accounts: 9 in the list\n/)
      .and.match(
        /\n222222222222 {2}member {2}problem\n {2}problem {2}trust: cannot be entered.*\n {11}→ itaudit members up/,
      )
      .and.match(/\n1 member accounts, 1 of them with problems; the audit account is ok\n$/);
    const good = await itaudit("--json", "--accounts", ids.get("ok")!);
    expect(good.code).to.equal(0);
    const lines = good.out.trim().split("\n");
    expect(lines.map((each) => JSON.parse(each).part)).to.deep.equal(["audit", "member"]);
    await expect(itaudit("--prefix", "nobody")).to.be.rejectedWith(CliError, /^there is no function nobody-boss/);
    await expect(itaudit("--accounts", "1")).to.be.rejectedWith(CliError, /^--accounts: 1 not among the 9/);
  });

  it("finds all in order that is in the organization, once members up has brought every stack up", async () => {
    const stacks = await stacksOf({ prefix: "audit", through: ADMINISTRATOR, config: {} });
    expect(stacks.map(({ account }) => account)).to.deep.equal([...ids.values()]);
    expect(stacks[0]!.assumes).to.equal(`arn:aws:iam::${ids.get("ok")}:role/${ADMINISTRATOR}`);
    // By hand: Pulumi leaves alone what it did not make.
    const stranger = ids.get("with somebody else's policy");
    roleOf("with somebody else's policy").attached.delete(`arn:aws:iam::${stranger}:policy/buckets`);
    const updates = await bringAllUp({
      stacks: stacks.filter(({ account }) => account !== ids.get("suspended")),
      bringUp: async ({ account, name, region, config }) => {
        await deploy({ endpoint: running.endpoint }, region, { name, account, config });
        return {};
      },
      record: upRecord(join(mkdtempSync(join(tmpdir(), "audit-ecosystem-")), "record.json")),
      // Pulumi's mocks are one for the process.
      atOnce: 1,
      stop: new AbortController().signal,
      tell: () => undefined,
      now: Date.now,
    });
    expect(new Set(updates.map(({ result }) => result))).to.deep.equal(new Set(["up"]));
    const subjects = await looked();
    for (const kind of KINDS.slice(0, -1)) expect(toldOf(subjects, kind), kind).to.deep.equal([]);
  });
});

/** Runs the command in this process. */
async function itaudit(...args: string[]): Promise<{ code: number; out: string }> {
  const { write } = process.stdout;
  let out = "";
  process.stdout.write = (text: string | Uint8Array) => {
    out += text;
    return true;
  };
  try {
    await doctorCommand(new Command()).parseAsync(args, { from: "user" });
    return { code: Number(process.exitCode ?? 0), out };
  } finally {
    process.stdout.write = write;
    process.exitCode = undefined;
  }
}
