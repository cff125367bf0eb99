import { ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { type OnlyWith, reads } from "../../src/auditors/collector.ts";
import { DeadlineReached } from "../../src/collect/deadline.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { type Begun, Begun as BegunSchema } from "../../src/evidence/plan.ts";
import { type Answers, cluster, error, read } from "./ecs.ts";

const { from, list } = reads("ecs");
const TYPE = "AWS::ECS::TaskDefinition";
const CLUSTER = "AWS::ECS::Cluster";
const only = (type: OnlyWith["type"]) => ({ onlyWith: { type, because: "https://docs.aws.amazon.com/a" } as const });
const definitions = list(TYPE, from(ListTaskDefinitionsCommand, "taskDefinitionArns", { as: "arn" }), {
  id: "arn",
  ...only(CLUSTER),
});
const all = [definitions, cluster({ notEnabled: [/ECS is off/] })];
const ofDefinitions: Answers = { ListTaskDefinitions: () => ({ taskDefinitionArns: ["t"] }) };
const operations = (calls: [string, unknown][]) => calls.map(([operation]) => operation);

describe("a type that cannot be without another", () => {
  it("is not asked for where there is nothing of the other, and the outcome says of which", async () => {
    const { calls, items, outcome } = await read(all, { ListClusters: () => ({ clusterArns: [] }) });
    expect(operations(calls)).to.deep.equal(["ListClusters"]);
    expect(items).to.deep.equal([]);
    expect(outcome).to.deep.include({
      status: "collected",
      counts: { [CLUSTER]: 0, [TYPE]: 0 },
      not_asked: { [TYPE]: CLUSTER },
      errors: [],
    });
    expect(typeStatus(outcome, TYPE)).to.equal("collected");
  });

  it("is not in use where the service says so of the other", async () => {
    const off = error("AccessDeniedException", "ECS is off");
    const { calls, outcome } = await read(all, { ListClusters: () => off }, { regionIsOpen: true });
    expect(operations(calls)).to.deep.equal(["ListClusters"]);
    expect(typeStatus(outcome, TYPE)).to.equal("not-enabled");
    expect(outcome).to.deep.include({ status: "not-enabled", counts: {} }).and.not.to.have.property("not_asked");
    expect(outcome.errors[1]).to.deep.include({
      operation: "ListTaskDefinitions",
      resource_type: TYPE,
      status: "not-enabled",
      incomplete: "resources",
      code: "AccessDeniedException",
      message: "not asked, as ListClusters answered: ECS is off",
    });
  });

  for (const [what, ListClusters] of [
    ["there is one of the other", () => ({ clusterArns: ["c"] })],
    ["the other is on a later page", ({ nextToken }) => (nextToken ? { clusterArns: ["c"] } : page([]))],
    [
      "the other is refused",
      () => error("AccessDeniedException", "User: x is not authorized to perform: ecs:ListClusters"),
    ],
    ["the other failed", () => error("ServerException")],
    ["the listing of the other is cut short", ({ nextToken }) => (nextToken ? error("ServerException") : page([]))],
    ["the listing of the other contradicts itself", () => page([])],
  ] as [string, Answers[string]][]) {
    it(`is asked for where ${what}`, async () => {
      const { calls, items, outcome } = await read(all, { ...ofDefinitions, ListClusters });
      expect(operations(calls).at(-1)).to.equal("ListTaskDefinitions");
      expect(items.map(({ resource_id }) => resource_id)).to.include("t");
      expect(outcome).not.to.have.property("not_asked");
    });
  }

  it("is asked for where another collector's filter leaves nothing of the other in the evidence", async () => {
    const { items } = await read([definitions, cluster({ only: () => false })], {
      ...ofDefinitions,
      ListClusters: () => ({ clusterArns: ["c"] }),
    });
    expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["t"]);
  });

  it("is asked for where nobody reads the other", async () => {
    const { items } = await read([definitions], ofDefinitions);
    expect(items).to.have.length(1);
  });

  it("carries on what it says to what cannot be without it", async () => {
    const third = { ...definitions, type: "AWS::ECS::TaskSet", ...only(TYPE) } as const;
    const { calls, outcome } = await read([third, ...all], { ListClusters: () => ({ clusterArns: [] }) });
    expect(operations(calls)).to.deep.equal(["ListClusters"]);
    expect(outcome.not_asked).to.deep.equal({ [TYPE]: CLUSTER, "AWS::ECS::TaskSet": TYPE });
  });

  it("is left to the task that goes on where the deadline comes first, and is asked for there", async () => {
    const item = { auditor: "ecs", account_id: "111111111111", region: "eu-west-1" };
    const first = new OutcomeBuilder(item, () => 0);
    await read(
      all,
      {
        ListClusters: ({ nextToken }) => (nextToken ? new DeadlineReached() : page([])),
        ListTaskDefinitions: () => new DeadlineReached(),
      },
      { builder: first },
    );
    const begun: Begun = BegunSchema.parse(JSON.parse(JSON.stringify(first.begun())));
    expect(begun.cursors).not.to.have.property(TYPE);
    const builder = new OutcomeBuilder(item, () => 0, begun);
    const { items } = await read(all, { ...ofDefinitions, ListClusters: () => ({ clusterArns: [] }) }, { builder });
    expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["t"]);
  });

  it("keeps what was said of it where another task goes on", async () => {
    const item = { auditor: "ecs", account_id: "111111111111", region: "eu-west-1" };
    const first = new OutcomeBuilder(item, () => 0);
    await read(all, { ListClusters: () => ({ clusterArns: [] }) }, { builder: first });
    const next = new OutcomeBuilder(item, () => 0, BegunSchema.parse(JSON.parse(JSON.stringify(first.begun()))));
    expect(next.outcome()).to.deep.include({ not_asked: { [TYPE]: CLUSTER }, counts: { [CLUSTER]: 0, [TYPE]: 0 } });
  });
});

/** A page after which there is another one. */
function page(clusterArns: string[]) {
  return { clusterArns, nextToken: "2" };
}
