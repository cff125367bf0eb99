import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { CliError } from "../../cli/cliError.ts";
import { type BringUp, bringAllUp } from "../../cli/members/bringAllUp.ts";
import type { MemberStack } from "../../cli/members/memberStack.ts";
import { projectFolder } from "../../cli/members/projectFolder.ts";
import { pulumiUp } from "../../cli/members/pulumiUp.ts";
import { type UpRecord, upRecord } from "../../cli/members/upRecord.ts";

use(chaiAsPromised);

const stack = (account: string, fingerprint = "as-it-is"): MemberStack => ({
  account,
  name: `member-${account}`,
  region: "eu-central-1",
  assumes: `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`,
  config: { kind: "member", auditAccountId: "999999999999", auditors: "rds,iam" },
  fingerprint,
});
const STACKS = ["111111111111", "222222222222", "333333333333", "444444444444", "555555555555"].map((id) => stack(id));
const folder = () => mkdtempSync(join(tmpdir(), "itaudit-members-"));

describe("bringing member stacks up", () => {
  const file = () => join(folder(), "deep", "record.json");
  /** Runs a rollout. @returns what became of each, and which were begun, in order */
  async function rollout(
    over: Partial<Parameters<typeof bringAllUp>[0]> & { record: UpRecord },
    bringUp: BringUp = async () => ({ create: 4 }),
  ) {
    const begun: string[] = [];
    const updates = await bringAllUp({
      stacks: STACKS,
      atOnce: 2,
      stop: new AbortController().signal,
      tell: () => undefined,
      now: () => 0,
      ...over,
      bringUp: (each) => {
        begun.push(each.account);
        return bringUp(each);
      },
    });
    return { begun, results: Object.fromEntries(updates.map(({ account, result }) => [account, result])), updates };
  }
  const all = (result: string) => Object.fromEntries(STACKS.map(({ account }) => [account, result]));

  it("begins them in their order, never more at a time than it may", async () => {
    let under = 0;
    let most = 0;
    const { begun, results } = await rollout({ record: upRecord(file()) }, async () => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      return {};
    });
    expect(begun).to.deep.equal(STACKS.map(({ account }) => account));
    expect(results).to.deep.equal(all("up"));
    expect(most).to.equal(2);
  });

  it("goes on with the others when one fails, and says why it did", async () => {
    const { results, updates } = await rollout({ record: upRecord(file()) }, async ({ account }) => {
      if (account === "222222222222") throw new Error("AccessDenied: not authorized to perform: sts:AssumeRole");
      return { create: 4 };
    });
    expect(results).to.deep.equal({ ...all("up"), "222222222222": "failed" });
    expect(updates[1]!.problem).to.equal("AccessDenied: not authorized to perform: sts:AssumeRole");
    expect(updates[0]!.changes).to.deep.equal({ create: 4 });
  });

  it("called again, brings up only what failed, was left, or is made from something else by now", async () => {
    const kept = file();
    const stop = new AbortController();
    const first = await rollout({ record: upRecord(kept), stop: stop.signal, atOnce: 1 }, async ({ account }) => {
      if (account === "222222222222") throw new Error("no");
      if (account === "333333333333") stop.abort();
      return {};
    });
    expect(first.results).to.deep.equal({
      "111111111111": "up",
      "222222222222": "failed",
      "333333333333": "up",
      "444444444444": "left",
      "555555555555": "left",
    });
    // Another process reads the record.
    const stacks = STACKS.map((each) => (each.account === "111111111111" ? stack(each.account, "changed") : each));
    const second = await rollout({ record: upRecord(kept), stacks });
    expect(second.begun).to.deep.equal(["111111111111", "222222222222", "444444444444", "555555555555"]);
    expect(second.results).to.deep.equal({ ...all("up"), "333333333333": "standing" });
    expect((await rollout({ record: upRecord(kept), stacks })).begun).to.deep.equal([]);
    expect((await rollout({ record: upRecord(kept), stacks, again: true })).begun).to.have.length(5);
  });

  it("does not go on from a file that is something else", () => {
    const kept = file();
    upRecord(kept).keep("member-1", { fingerprint: "f", at: "now" });
    writeFileSync(kept, '{"member-1": 1}');
    expect(() => upRecord(kept)).to.throw(CliError, /this is no record of updates\. Try: another --record/);
  });
});

describe("the folder that member stacks are brought up from", () => {
  it("is the checkout", async () => {
    expect(await projectFolder(".")).to.equal(".");
  });

  for (const [what, text, message] of [
    ["another program's", "name: payroll\nruntime: nodejs\n", /is of the project payroll: run it in the checkout/],
    ["one whose Pulumi.yaml has no name", "runtime: nodejs\n", /there is no Pulumi\.yaml of a project in/],
    ["one whose Pulumi.yaml is empty", "", /there is no Pulumi\.yaml of a project in/],
    ["one whose Pulumi.yaml is no YAML", "name: [", /Pulumi\.yaml is no YAML: .*/],
    ["one without a Pulumi.yaml", undefined, /there is no Pulumi\.yaml of a project in/],
  ] as const)
    it(`is not ${what}`, async () => {
      const there = folder();
      if (text !== undefined) writeFileSync(join(there, "Pulumi.yaml"), text);
      await expect(projectFolder(there)).to.be.rejectedWith(CliError, message);
    });
});

describe("the step that brings a stack up with Pulumi", () => {
  const { PATH = "" } = process.env;
  afterEach(() => {
    process.env.PATH = PATH;
  });
  /** A stand-in for the Pulumi CLI on the PATH, which writes down how it is called. */
  function standIn(script: string): string {
    const bin = folder();
    const calls = join(bin, "calls");
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\n${script}\n`);
    chmodSync(join(bin, "pulumi"), 0o755);
    process.env.PATH = `${bin}${delimiter}${PATH}`;
    return calls;
  }
  const LAST =
    '[{"kind":"update","startTime":"2026-11-24T00:00:00Z","result":"succeeded","resourceChanges":{"create":5,"same":1}}]';
  const usual = (up: string) => `case "$*" in
version*) echo v3.248.0;;
"stack select"*) echo "error: no stack named 'x' found" >&2; exit 255;;
up*) ${up};;
"stack output"*) echo '{}';;
"stack history"*) echo '${LAST}';;
esac`;

  it("says that there is no Pulumi CLI before anything is begun", async () => {
    process.env.PATH = dirname(process.execPath);
    expect(existsSync(join(process.env.PATH, "pulumi"))).to.equal(false);
    await expect(pulumiUp(folder())).to.be.rejectedWith(
      CliError,
      /^there is no Pulumi CLI on the PATH.*Nothing was changed$/,
    );
  });

  it("makes the stack where there is none, configures it for its account, and updates it", async () => {
    const calls = standIn(usual("echo done"));
    const bringUp = await pulumiUp(folder());
    expect(await bringUp(STACKS[0]!)).to.deep.equal({ create: 5, same: 1 });
    const made = readFileSync(calls, "utf8").trim().split("\n");
    const [, , init, config, up] = made;
    expect(init).to.match(/^stack init member-111111111111/);
    expect(config).to.match(/^config set-all --stack member-111111111111 --path /);
    for (const value of [
      "audit-ecosystem:kind=member",
      "audit-ecosystem:auditors=rds,iam",
      "aws:region=eu-central-1",
      "aws:assumeRoles[0].roleArn=arn:aws:iam::111111111111:role/OrganizationAccountAccessRole",
    ])
      expect(config).to.include(`--plaintext ${value}`);
    expect(up).to.match(/^up --yes --skip-preview .*--stack member-111111111111/);
  });

  for (const [what, up, message] of [
    [
      "an update that failed",
      'echo "Updating"; echo "error: sts:AssumeRole: AccessDenied" >&2; exit 1',
      "sts:AssumeRole: AccessDenied",
    ],
    [
      "one whose reasons stand in both streams, beside a line that says nothing",
      'for each in 1 2; do echo "error: update failed"; echo "  error: iam:CreateRole is denied"; echo "  error: kms is, too"; done; echo "error: update failed" >&2; exit 255',
      "iam:CreateRole is denied; kms is, too",
    ],
    ["one that says no reason", 'echo "error: update failed"; exit 255', "update failed"],
    [
      "one whose stack is locked, with the stack to unlock",
      "echo 'error: the stack is currently locked by 1 lock(s). Either wait or delete the lock file with `pulumi cancel`.' >&2; exit 255",
      "the stack is currently locked by 1 lock(s). Either wait or delete the lock file with `pulumi cancel --stack member-111111111111`.",
    ],
  ] as const)
    it(`tells of ${what} each reason once`, async () => {
      standIn(usual(up));
      const bringUp = await pulumiUp(folder());
      const error = await bringUp(STACKS[0]!).catch((thrown: Error) => thrown);
      expect((error as Error).message).to.equal(message);
    });
});
