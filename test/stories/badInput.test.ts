import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import type { Effect, Fault } from "../../sandbox/faults.ts";
import type { SandboxState } from "../../sandbox/state.ts";
import { plannedItems } from "../../src/evidence/plan.ts";
import { deployed, type System, systemOver, type Told, told } from "./system.ts";

const MEMBERS = ["111111111111", "222222222222", "333333333333"];
const [GOOD, BAD] = ["111111111111", "222222222222"];
const REGIONS = ["eu-central-1", "eu-west-1"];
const BUCKET = "evidence-bad-input";
const ROLE = `arn:aws:iam::${BAD}:role/audit-cross-account-access-role`;
const PARAMETER = `arn:aws:ssm:eu-central-1:${AUDIT_ACCOUNT}:parameter/audit-ecosystem/accounts`;
const NARROW = { accounts: [GOOD, BAD], auditors: ["rds", "iam"], regions: REGIONS };

/** Each planned item has one outcome, and what is counted is what lies in the objects, each resource once. */
function expectNothingLostOrTwice({ plans, outcomes, items, sealed }: Told): void {
  const planned = plans.flatMap(({ tasks }) => tasks.flatMap((task) => plannedItems(task)));
  const named = (each: { auditor: string; account_id: string; region: string }) =>
    `${each.auditor} ${each.account_id} ${each.region}`;
  expect(outcomes.map(named).sort()).to.deep.equal(planned.map(named).sort());
  const counted = outcomes.flatMap(({ counts }) => Object.values(counts)).reduce((sum, count) => sum + count, 0);
  expect(items).to.have.length(counted);
  expect(
    new Set(
      items.map((item) => `${item.account_id} ${item.region} ${item.resource_type} ${item.arn} ${item.resource_id}`),
    ),
  ).to.have.length(items.length);
  expect(sealed).to.equal(plans.length);
}

describe("bad input", () => {
  let state: SandboxState;
  let system: System;
  /** What a run without any trouble collects of the good account. */
  let usual: number;

  before(async function () {
    this.timeout(120_000);
    const externalId = "an-external-id";
    const audit = { kind: "audit", accounts: MEMBERS.join(","), externalId, bucketName: BUCKET, auditors: "rds,iam" };
    state = await deployed(3, [
      { account: AUDIT_ACCOUNT, config: audit },
      ...MEMBERS.map((account) => ({ account, config: { kind: "member", auditAccountId: AUDIT_ACCOUNT, externalId } })),
    ]);
    system = systemOver(state);
    await system.run("audit-boss", NARROW);
    const run = told(system, BUCKET);
    expectNothingLostOrTwice(run);
    expect(run.outcomes.map(({ status }) => status)).to.satisfy((all: string[]) =>
      all.every((status) => status === "collected"),
    );
    usual = run.items.filter(({ account_id }) => account_id === GOOD).length;
    expect(usual).to.be.above(0);
  });
  beforeEach(() => {
    system = systemOver(state);
  });

  const trust =
    (change: (statement: Record<string, Record<string, Record<string, string>>>) => void) => (on: System) => {
      const role = on.sandbox.state.roles.get(ROLE)!;
      const document = JSON.parse(role.AssumeRolePolicyDocument);
      change(document.Statement[0]);
      role.AssumeRolePolicyDocument = JSON.stringify(document);
    };
  const fault =
    (effect: Effect, where: Omit<Fault, "effect">) =>
    ({ sandbox }: System): void =>
      void sandbox.state.faults.script.push({ effect, ...where });

  describe("of the list of accounts stops the boss before anything is written or invoked", () => {
    for (const [what, value, problem] of [
      ["that is empty", "", /there are no accounts in it/],
      ["with eleven digits", "11111111111", /"11111111111" at position 1.*12 digits/],
      ["that is JSON", '["111111111111"]', /at position 1 is not an AWS account id/],
      ["with an id twice", `${GOOD},${BAD},${GOOD}`, /111111111111 is listed twice/],
    ] as const) {
      it(`a list ${what}`, async () => {
        system.sandbox.state.parameters.get(PARAMETER)!.Value = value;
        await system.run("audit-boss", {});
        expect(system.trouble.join())
          .to.match(problem)
          .and.match(/pulumi config set accounts/);
        expect(told(system, BUCKET).plans).to.be.empty;
        expect(system.requests.filter((each) => each.includes("PUT"))).to.be.empty;
      });
    }

    it("no parameter at all", async () => {
      system.sandbox.state.parameters.delete(PARAMETER);
      await system.run("audit-boss", {});
      expect(system.trouble.join()).to.match(/parameter \/audit-ecosystem\/accounts: it does not exist/);
      expect(told(system, BUCKET).plans).to.be.empty;
    });
  });

  it("a bucket that is gone stops the boss with its name, and no task starts", async () => {
    system.sandbox.state.buckets.delete(BUCKET);
    await system.run("audit-boss", NARROW);
    expect(system.trouble.join())
      .to.match(/bucket/i)
      .and.include(BUCKET);
    expect(system.requests.filter((each) => each.includes("get-meta"))).to.be.empty;
  });

  describe("in one account costs that account's outcomes and says what to do; the others are complete", () => {
    for (const [what, spoil] of [
      [
        "its role trusts another account",
        trust(({ Principal }) => Object.assign(Principal!, { AWS: "arn:aws:iam::888888888888:root" })),
      ],
      [
        "its role expects another external id",
        trust(({ Condition }) => Object.assign(Condition!.StringEquals!, { "sts:ExternalId": "another" })),
      ],
      ["it has no role", ({ sandbox }) => void sandbox.state.roles.delete(ROLE)],
      [
        "it is suspended",
        ({ sandbox }) => {
          sandbox.state.members.find(({ id }) => id === BAD)!.state = "SUSPENDED";
        },
      ],
    ] as [string, (system: System) => void][]) {
      it(`when ${what}`, async () => {
        spoil(system);
        await system.run("audit-boss", NARROW);
        const run = told(system, BUCKET);
        expectNothingLostOrTwice(run);
        for (const { account_id, status, errors, remedy } of run.outcomes) {
          expect(status).to.equal(account_id === BAD ? "denied" : "collected");
          if (account_id !== BAD) continue;
          expect(errors).to.have.length(1);
          expect(errors[0]).to.include({ operation: "AssumeRole", action: "sts:AssumeRole", denied_by: "trust" });
          expect(remedy)
            .to.include(ROLE)
            .and.to.match(/member stack/);
        }
        expect(run.items.filter(({ account_id }) => account_id === BAD)).to.be.empty;
        expect(run.items).to.have.length(usual);
      });
    }
  });

  describe("in one region costs that region's outcome", () => {
    const byRegion = (run: Told) =>
      run.outcomes
        .filter(({ auditor, account_id }) => auditor === "rds" && account_id === BAD)
        .map(({ region, status }) => [region, status]);

    it("a region that the account has not opted in to is not enabled, and not called", async () => {
      await system.run("audit-boss", { ...NARROW, regions: ["eu-central-1", "af-south-1"] });
      const run = told(system, BUCKET);
      expectNothingLostOrTwice(run);
      expect(byRegion(run)).to.deep.equal([
        ["eu-central-1", "collected"],
        ["af-south-1", "not-enabled"],
      ]);
      expect(system.requests.filter((each) => /rds\.af-south-1/.test(each))).to.be.empty;
    });

    it("a region that refuses every session though it is open has failed, and is never taken for an empty one", async () => {
      fault({ kind: "closed" }, { service: "rds", account: BAD!, region: "eu-west-1" })(system);
      await system.run("audit-boss", NARROW);
      const run = told(system, BUCKET);
      expectNothingLostOrTwice(run);
      expect(byRegion(run)).to.deep.equal([
        ["eu-central-1", "collected"],
        ["eu-west-1", "failed"],
      ]);
      const failed = run.outcomes.find(({ status }) => status === "failed")!;
      expect(failed.errors.map(({ code }) => code)).to.include("InvalidClientTokenId");
    });

    it("an enabled region that never answers times out after a bounded number of calls, and the rest is complete", async () => {
      fault({ kind: "silent" }, { service: "rds", account: BAD!, region: "eu-west-1" })(system);
      await system.run("audit-boss", NARROW);
      const run = told(system, BUCKET);
      expectNothingLostOrTwice(run);
      expect(byRegion(run)).to.deep.equal([
        ["eu-central-1", "collected"],
        ["eu-west-1", "timed-out"],
      ]);
      const silent = run.outcomes.find(({ status }) => status === "timed-out")!;
      // Calls under way when the first is given up are given up with it: none is made afterwards.
      expect(silent.calls).to.be.at.most(4 * 8);
      expect(run.items.filter(({ account_id }) => account_id === GOOD)).to.have.length(usual);
    });

    it("an account where nobody may ask for regions says so, and what is read there is collected all the same", async () => {
      fault({ kind: "denied" }, { service: "ec2", account: BAD! })(system);
      await system.run("audit-boss", NARROW);
      const run = told(system, BUCKET);
      expectNothingLostOrTwice(run);
      expect(run.outcomes.filter(({ status }) => status !== "collected")).to.be.empty;
      const unasked = run.outcomes.filter(({ notes }) =>
        notes?.some(({ operation }) => operation === "DescribeRegions"),
      );
      expect(unasked.map(({ account_id }) => account_id)).to.deep.equal(REGIONS.map(() => BAD));
      expect(run.items.filter(({ account_id }) => account_id === GOOD)).to.have.length(usual);
    });
  });

  it("throttling costs retries and nothing else", async () => {
    fault({ kind: "throttled" }, { service: "rds", account: BAD!, times: 2 })(system);
    await system.run("audit-boss", { ...NARROW, auditors: ["rds"], regions: ["eu-central-1"] });
    const run = told(system, BUCKET);
    expectNothingLostOrTwice(run);
    const of = run.outcomes.find(({ account_id }) => account_id === BAD)!;
    expect(of).to.include({ status: "collected", retries: 2 });
  });

  it("throttling without end fails the outcome by its name, and passes nothing off as empty", async () => {
    // The call that counts instances is refused as well: a number that is not known leaves the instances asked for.
    for (const operation of ["DescribeAccountAttributes", "DescribeDBInstances"])
      fault({ kind: "throttled" }, { service: "rds", operation, account: BAD!, region: "eu-central-1" })(system);
    await system.run("audit-boss", { ...NARROW, auditors: ["rds"], regions: ["eu-central-1"] });
    const run = told(system, BUCKET);
    expectNothingLostOrTwice(run);
    const of = run.outcomes.find(({ account_id }) => account_id === BAD)!;
    expect(of.status).to.equal("failed");
    expect(of.errors[0]).to.include({ operation: "DescribeDBInstances", code: "Throttling" });
    expect(of.counts).not.to.have.property("AWS::RDS::DBInstance");
  });

  describe("of the boss starts nothing", () => {
    for (const [what, payload, problem] of [
      ["an unknown auditor", { auditors: ["rdz"] }, /rdz not among those configured: (rds, iam|iam, rds)$/],
      ["a misspelt key", { account: [GOOD] }, /Unrecognized key/],
      ["a list where an object belongs", [GOOD], /expected object/],
      ["a word", "everything", /expected object/],
    ] as const) {
      it(what, async () => {
        await system.run("audit-boss", payload);
        expect(system.trouble.join()).to.match(problem);
        expect(told(system, BUCKET).plans).to.be.empty;
      });
    }
  });

  describe("a task", () => {
    it("killed in the middle is done again by the next delivery, and what it left behind does not count", async () => {
      system.retries = 2;
      system.diesAt.set("audit-get-meta-rds", /PUT .*\/outcomes\//);
      await system.run("audit-boss", NARROW);
      const run = told(system, BUCKET);
      expectNothingLostOrTwice(run);
      expect(run.uncommitted, "the first attempt's evidence").not.to.be.empty;
      expect(run.items.filter(({ account_id }) => account_id === GOOD)).to.have.length(usual);
      expect(run.outcomes.every(({ status }) => status === "collected")).to.equal(true);
    });

    it("killed each time has failed outcomes that name its function, and the run is sealed", async () => {
      system.retries = 2;
      system.dead.add("audit-get-meta-rds");
      await system.run("audit-boss", NARROW);
      const run = told(system, BUCKET);
      expectNothingLostOrTwice(run);
      for (const { auditor, status, remedy } of run.outcomes) {
        expect(status).to.equal(auditor === "rds" ? "failed" : "collected");
        if (auditor === "rds") expect(remedy).to.include("audit-get-meta-rds");
      }
    });

    it("delivered twice at the same time commits once, and nothing is counted twice", async () => {
      system.twice.add("audit-get-meta-rds").add("audit-get-meta-iam").add("audit-sealer");
      await system.run("audit-boss", NARROW);
      const run = told(system, BUCKET);
      expectNothingLostOrTwice(run);
      expect(run.uncommitted, "the slower attempts' evidence").not.to.be.empty;
      expect(run.items.filter(({ account_id }) => account_id === GOOD)).to.have.length(usual);
    });
  });
});
