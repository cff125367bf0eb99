import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { homesOf, isOpen } from "../../sandbox/estate/regions.ts";
import type { SandboxState } from "../../sandbox/state.ts";
import type { Aggregator } from "../../src/auditors/collector.ts";
import { memberPolicyDocuments } from "../../src/auditors/policy.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { GLOBAL, plannedItems } from "../../src/evidence/plan.ts";
import { deployed, REGION, type System, systemOver, type Told, told } from "./system.ts";

const MEMBERS = ["111111111111", "222222222222", "333333333333"];
const [FIRST, SECOND] = MEMBERS as [string, string];
const TYPES = ["AWS::IoT::Policy", "AWS::IoT::FleetMetric", "AWS::IAM::Group"] as const;
const [POLICY, , GROUP] = TYPES;
const BUCKET = "evidence";
const FUNCTION = "audit-get-meta-configaggregator";
const REGIONS = [...new Set(MEMBERS.flatMap((account) => homesOf(1, account)))].sort();

const stackOf = (aggregator: Aggregator) => ({
  auditors: "account",
  configAggregator: `${aggregator.account}/${aggregator.region}/${aggregator.name}`,
  configAggregatorTypes: TYPES.join(","),
});

/** The audit stack, and the member stack of the account that has the aggregator where that is another one. */
const deployedWith = (aggregator: Aggregator): Promise<SandboxState> =>
  deployed(MEMBERS.length, [
    {
      account: AUDIT_ACCOUNT,
      config: {
        kind: "audit",
        accounts: MEMBERS.join(","),
        regions: REGIONS.join(","),
        bucketName: BUCKET,
        externalId: "an-external-id",
        schedule: "off",
        catalog: "false",
        ...stackOf(aggregator),
      },
    },
    ...(aggregator.account === AUDIT_ACCOUNT
      ? []
      : [
          {
            account: aggregator.account,
            config: {
              kind: "member",
              auditAccountId: AUDIT_ACCOUNT,
              externalId: "an-external-id",
              ...stackOf(aggregator),
            },
          },
        ]),
  ]);

const OWN: Aggregator = { account: AUDIT_ACCOUNT, region: "eu-central-1", name: "organization" };

const begun = (state: SandboxState, aggregator = OWN): System =>
  systemOver(state, { undeclared: { configAggregator: aggregator, configAggregatorTypes: TYPES } });

async function run(system: System): Promise<Told> {
  await system.run("audit-boss", { auditors: ["configaggregator"] });
  expect(system.trouble).to.deep.equal([]);
  return told(system, BUCKET);
}
const outcomeOf = ({ outcomes }: Told, account: string, region: string) =>
  outcomes.find((each) => each.account_id === account && each.region === region)!;
const errorOf = (said: Told, account: string, region: string, type: string = POLICY) =>
  outcomeOf(said, account, region).errors.find(({ resource_type }) => resource_type === type);
const arnsOf = ({ items }: Told) => items.map(({ arn }) => arn).sort();

describe("types that an aggregator of AWS Config is asked about", () => {
  let state: SandboxState;
  let usual: Told;
  let system: System;
  const [home, , forgotten] = homesOf(1, FIRST) as [string, string, string?];

  before(async () => {
    state = await deployedWith(OWN);
    system = begun(state);
    usual = await run(system);
  });

  it("are read in every account by the audit account's own role, and no account is entered", () => {
    const { items, sealed } = usual;
    expect(sealed).to.equal(1);
    expect(new Set(items.map(({ account_id }) => account_id))).to.deep.equal(new Set(MEMBERS));
    expect(new Set(items.map(({ resource_type }) => resource_type))).to.deep.equal(new Set(TYPES));
    expect(system.requests.filter((each) => each.startsWith(FUNCTION) && each.includes(" sts."))).to.deep.equal([]);
  });

  it("are items like others, and say by which way they came and when AWS Config saw them", () => {
    const item = usual.items.find(({ resource_type }) => resource_type === POLICY)!;
    expect(item).to.deep.include({ auditor: "configaggregator", operation: "SelectAggregateResourceConfig" });
    expect(item.arn).to.include(`:${item.account_id}:`);
    expect(item.configuration).to.deep.include({
      PolicyName: item.resource_id,
      configurationItemCaptureTime: "2026-11-20T08:15:00.000Z",
    });
    expect(item.tags).to.be.an("object").and.not.have.property("0");
    expect(item.collected_at.slice(0, 10)).to.equal("2026-11-24");
  });

  it("stand under global where they have no region, once", () => {
    const groups = usual.items.filter(({ resource_type }) => resource_type === GROUP);
    expect(groups).not.to.be.empty;
    expect(new Set(groups.map(({ region }) => region))).to.deep.equal(new Set([GLOBAL]));
    expect(new Set(arnsOf({ ...usual, items: groups }))).to.have.property("size", groups.length);
  });

  it("have digests for what looks like a secret", () => {
    expect(JSON.stringify(usual.items)).to.include("hmac-sha256:").and.not.include("hunter-");
  });

  it("end in exactly one outcome for each planned account and region", () => {
    const names = (all: { account_id: string; region: string }[]) =>
      all.map(({ account_id, region }) => `${account_id} ${region}`).sort();
    expect(names(usual.outcomes)).to.deep.equal(names(usual.plans[0]!.tasks.flatMap(plannedItems)));
    expect(usual.plans[0]!.tasks).to.have.length(1);
  });

  it("are counted as none only where a recorder keeps them, and say so where nobody does", () => {
    let empty = 0;
    for (const outcome of usual.outcomes)
      for (const type of TYPES.filter((each) => each !== GROUP || outcome.region === GLOBAL)) {
        const recorded = outcome.region === GLOBAL || homesOf(1, outcome.account_id).includes(outcome.region);
        const where = `${type} in ${outcome.region} of ${outcome.account_id}`;
        expect(typeStatus(outcome, type), where).to.equal(recorded ? "collected" : "not-enabled");
        if (outcome.counts[type] === 0) empty += 1;
        if (!recorded && isOpen(1, outcome.account_id, outcome.region))
          expect(errorOf(usual, outcome.account_id, outcome.region, type)!.code, where).to.match(/Recorde[dr]$/);
      }
    expect(empty).to.be.greaterThan(0);
  });

  it("are not collected in an account that the aggregator does not have, and nothing is asked about it", async () => {
    const other = begun(state);
    other.sandbox.state.aggregators[0]!.without.push(FIRST);
    const said = await run(other);
    for (const outcome of said.outcomes.filter(({ account_id }) => account_id === FIRST)) {
      expect(outcome.status).to.equal("not-enabled");
      expect(outcome.counts).to.deep.equal({});
      expect(errorOf(said, FIRST, outcome.region)!.code).to.equal("NotAggregated");
    }
    expect(outcomeOf(said, SECOND, GLOBAL)).to.deep.include({ status: "collected" });
  });

  it("are not collected in a region whose copy is outdated or could not be made; what it has is kept", async () => {
    const other = begun(state);
    const { troubles } = other.sandbox.state.aggregators[0]!;
    troubles.set(`${FIRST} ${home}`, { LastUpdateStatus: "OUTDATED" });
    const message = "The aggregator is not authorized";
    troubles.set(`${SECOND} ${homesOf(1, SECOND)[0]}`, {
      LastUpdateStatus: "FAILED",
      LastErrorCode: "AuthorizationMissing",
      LastErrorMessage: message,
    });
    const said = await run(other);
    expect(outcomeOf(said, FIRST, home).status).to.equal("failed");
    expect(errorOf(said, FIRST, home)!.message).to.match(/ is outdated \(2026-11-20T08:15:00.000Z\)$/);
    expect(errorOf(said, SECOND, homesOf(1, SECOND)[0]!)!).to.deep.include({
      code: "AuthorizationMissing",
      incomplete: "resources",
    });
    // The region keeps what is global too: its groups are not known to be all.
    expect(typeStatus(outcomeOf(said, FIRST, GLOBAL), GROUP)).to.equal("failed");
    expect(arnsOf(said)).to.deep.equal(arnsOf(usual));
    if (forgotten) expect(outcomeOf(said, FIRST, forgotten)).to.deep.include({ status: "collected" });
  });

  it("are the same when a task has no time left and hands over", async () => {
    const other = begun(state);
    other.hurried.add(FUNCTION);
    const said = await run(other);
    expect(said.commits.length).to.be.greaterThan(1);
    expect(arnsOf(said)).to.deep.equal(arnsOf(usual));
  });

  it("fail with what to do where there is no such aggregator", async () => {
    const other = begun(state);
    other.sandbox.state.aggregators.pop();
    const said = await run(other);
    for (const { status, counts, errors, remedy } of said.outcomes) {
      expect(status).to.equal("failed");
      expect(counts).to.deep.equal({});
      expect(errors[0]!.code).to.equal("NoSuchConfigurationAggregatorException");
      expect(remedy).to.match(/^Set configAggregator to an aggregator that 999999999999 has in eu-central-1/);
    }
  });

  for (const action of ["config:DescribeConfigurationAggregatorSourcesStatus", "config:SelectAggregateResourceConfig"])
    it(`are denied without ${action}, which each outcome names`, async () => {
      const other = begun(state);
      const role = [...other.sandbox.state.roles.values()].find(({ RoleName }) => RoleName === FUNCTION)!;
      for (const [name, policy] of role.inline) role.inline.set(name, policy.replace(`"${action}"`, '"config:None"'));
      const said = await run(other);
      for (const { status, errors, counts } of said.outcomes) {
        expect(status).to.equal("denied");
        expect(new Set(errors.map((each) => each.action))).to.deep.equal(new Set([action]));
        expect(Object.values(counts)).not.to.include(0);
      }
    });
});

describe("an aggregator in another account than the audit account", () => {
  const aggregator: Aggregator = { account: SECOND, region: REGION, name: "delegated" };
  let system: System;

  before(async () => {
    system = begun(await deployedWith(aggregator), aggregator);
    system.sandbox.state.aggregators.push({
      ...aggregator,
      id: "config-aggregator-1",
      without: [],
      troubles: new Map(),
    });
  });

  it("is asked by the cross-account role there, and no other account is entered", async () => {
    const { outcomes, items } = await run(system);
    expect(outcomes.filter(({ status }) => status === "denied")).to.deep.equal([]);
    expect(new Set(items.map(({ account_id }) => account_id))).to.deep.equal(new Set(MEMBERS));
    const [policy] = [...system.sandbox.state.roles.values()].find(({ RoleName }) => RoleName === FUNCTION)!.inline;
    expect(policy![1]).to.include(`arn:aws:iam::${SECOND}:role/`).and.not.include("iam::*");
  });

  it("may be asked by the role's generated policy, on the aggregators of that account and region alone", async () => {
    const auditors = await loadAuditors(["rds"], { configAggregator: aggregator, configAggregatorTypes: TYPES });
    const statements = memberPolicyDocuments(auditors.slice(1)).flatMap(({ document }) => document.Statement);
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
      [
        ["config:DescribeConfigurationAggregatorSourcesStatus"],
        [`arn:*:config:${REGION}:${SECOND}:config-aggregator/*`],
      ],
      [["config:SelectAggregateResourceConfig"], [`arn:*:config:${REGION}:${SECOND}:config-aggregator/*`]],
    ]);
  });

  it("says what to deploy where its account does not let the auditor in", async () => {
    for (const role of system.sandbox.state.roles.values())
      if (role.account === SECOND && role.RoleName.startsWith("audit-")) role.RoleName = "gone";
    system.sandbox.state.roles.delete(`arn:aws:iam::${SECOND}:role/audit-cross-account-access-role`);
    const earlier = system.sandbox.state.buckets.get(BUCKET)!.objects;
    earlier.clear();
    const { outcomes } = await run(system);
    for (const { status, remedy } of outcomes) {
      expect(status).to.equal("denied");
      expect(remedy).to.match(
        /^The aggregator is in 222222222222\. Deploy the member stack in 222222222222, or update it: /,
      );
    }
  });
});
