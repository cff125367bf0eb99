import { expect } from "chai";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { homesOf } from "../../sandbox/estate/regions.ts";
import type { SandboxState } from "../../sandbox/state.ts";
import type { ResourceType } from "../../src/auditors/collector.ts";
import { deployed, type System, systemOver, type Told, told } from "./system.ts";

const MEMBER = "111111111111";
const TYPES: ResourceType[] = ["AWS::IoT::Policy", "AWS::Events::Archive"];
const ACTIONS = ["iot:ListPolicies", "iot:GetPolicy", "events:ListArchives", "events:DescribeArchive"];
const BUCKET = "evidence";

/** A stack each for the audit account and a member, of types read by the Cloud Control API alone. */
const deployedStacks = (): Promise<SandboxState> => {
  const both = {
    auditors: "account",
    externalId: "an-external-id",
    cloudControlTypes: TYPES.join(","),
    cloudControlActions: ACTIONS.join(","),
  };
  return deployed(1, [
    {
      account: AUDIT_ACCOUNT,
      config: {
        ...both,
        kind: "audit",
        accounts: MEMBER,
        regions: homesOf(1, MEMBER).join(","),
        bucketName: BUCKET,
        schedule: "off",
        catalog: "false",
      },
    },
    { account: MEMBER, config: { ...both, kind: "member", auditAccountId: AUDIT_ACCOUNT } },
  ]);
};

async function run(state: SandboxState, types: ResourceType[]): Promise<Told> {
  const system: System = systemOver(state, { undeclared: { cloudControlTypes: types } });
  await system.run("audit-boss", { auditors: ["cloudcontrol"] });
  expect(system.trouble).to.deep.equal([]);
  return told(system, BUCKET);
}

describe("types that are read by the Cloud Control API", () => {
  let state: SandboxState;
  before(async () => {
    state = await deployedStacks();
  });

  it("are in the evidence in full, with the configured permissions and no more", async () => {
    const { items, outcomes, sealed } = await run(state, TYPES);
    expect(sealed).to.equal(1);
    expect(outcomes.map(({ status, errors }) => ({ status, errors }))).to.deep.equal(
      outcomes.map(() => ({ status: "collected", errors: [] })),
    );
    expect(new Set(items.map(({ resource_type }) => resource_type))).to.deep.equal(new Set(TYPES));
    for (const { configuration, operation, arn, resource_type } of items) {
      expect(operation).to.equal("ListResources");
      expect(configuration, "what the listing leaves out").to.have.property("Description");
      expect(configuration).not.to.have.property("Properties");
      expect(arn).to.include(`:${MEMBER}:`);
      expect(resource_type).to.be.oneOf(TYPES);
    }
    expect(JSON.stringify(items)).to.include("hmac-sha256:").and.not.include("hunter-");
  });

  for (const action of ["cloudformation:ListResources", "cloudformation:GetResource", ...ACTIONS])
    it(`are denied without ${action}, which the outcome names`, async () => {
      const less = structuredClone(state);
      for (const policy of less.policies.values())
        policy.document = policy.document.replace(`"${action}"`, '"iot:None"');
      const { outcomes } = await run(less, TYPES);
      const denied = outcomes.flatMap(({ errors }) => errors.map((error) => error.action));
      expect(new Set(denied)).to.deep.equal(new Set([action]));
    });

  for (const [what, type, status, code] of [
    ["a type that is not there is no service in use", "AWS::Made::Up", "not-enabled", "TypeNotFoundException"],
    ["a type that is listed with input alone fails", "AWS::Logs::LogStream", "failed", "UnsupportedActionException"],
  ] as const)
    it(what, async () => {
      const { outcomes } = await run(state, [type]);
      expect(outcomes).not.to.be.empty;
      for (const outcome of outcomes) {
        expect(outcome.status).to.equal(status);
        expect(outcome.counts).to.deep.equal({});
        expect(outcome.errors.map((error) => error.code)).to.deep.equal([code]);
      }
    });
});
