import { DescribeClustersCommand, ListTaskDefinitionsCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { type Counted, reads, type WithoutOther } from "../../src/auditors/collector.ts";
import { DeadlineReached } from "../../src/collect/deadline.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { type Begun, Begun as BegunSchema } from "../../src/evidence/plan.ts";
import { type Answers, cluster, error, read } from "./ecs.ts";

const { from, list } = reads("ecs");
const TYPE = "AWS::ECS::TaskDefinition";
const CLUSTER = "AWS::ECS::Cluster";
const only = (type: WithoutOther["type"]) => ({
  onlyWith: { type, because: "https://docs.aws.amazon.com/a" } as const,
});
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

describe("a type that another's not being in use says it of", () => {
  const definitionsInUse = {
    ...definitions,
    onlyWith: { type: CLUSTER, inUse: true, because: "https://docs.aws.amazon.com/a" },
  } as const;

  it("is not in use where the service says so of the other", async () => {
    const off = error("AccessDeniedException", "ECS is off");
    const { calls, outcome } = await read([definitionsInUse, cluster({ notEnabled: [/ECS is off/] })], {
      ListClusters: () => off,
    });
    expect(operations(calls)).to.deep.equal(["ListClusters"]);
    expect(typeStatus(outcome, TYPE)).to.equal("not-enabled");
  });

  it("is asked for where there is none of the other", async () => {
    const { items, outcome } = await read([definitionsInUse, cluster()], {
      ...ofDefinitions,
      ListClusters: () => ({ clusterArns: [] }),
    });
    expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["t"]);
    expect(outcome).not.to.have.property("not_asked");
  });
});

describe("a type that a call counts", () => {
  const counting = from(DescribeClustersCommand, "clusters");
  const counted = (more: Partial<Counted>) =>
    ({ onlyWith: { countedBy: counting, because: "https://docs.aws.amazon.com/a", ...more } }) as const;
  const tasks = { of: ["clusterName", "own"], counts: ["runningTasksCount", "pendingTasksCount"] } as const;
  const COUNT = "DescribeClusters";
  const other = { ...cluster(), ...counted(tasks) };

  it("is not asked for where the numbers are 0, which are read once for all, and the outcome says by what", async () => {
    const { calls, outcome } = await read([{ ...definitions, ...counted(tasks) }, other], {
      [COUNT]: () => ({
        clusters: [
          { clusterName: "others", runningTasksCount: 3 },
          { clusterName: "own", runningTasksCount: 0, pendingTasksCount: 0 },
        ],
      }),
    });
    expect(operations(calls)).to.deep.equal([COUNT]);
    expect(outcome).to.deep.include({
      status: "collected",
      counts: { [CLUSTER]: 0, [TYPE]: 0 },
      not_asked: { [CLUSTER]: COUNT, [TYPE]: COUNT },
      errors: [],
    });
  });

  for (const [what, answer] of [
    ["one of the numbers is not 0", { clusters: [{ clusterName: "own", runningTasksCount: 0, pendingTasksCount: 1 }] }],
    ["one of the numbers is not there", { clusters: [{ clusterName: "own", runningTasksCount: 0 }] }],
    ["nothing of what is answered is about it", { clusters: [{ clusterName: "others", runningTasksCount: 0 }] }],
    ["the answer is empty", {}],
  ] as const)
    it(`is asked for where ${what}, and nothing else comes of it`, async () => {
      const { items, outcome } = await read([{ ...definitions, ...counted(tasks) }], {
        ...ofDefinitions,
        [COUNT]: () => answer,
      });
      expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["t"]);
      expect(outcome).to.deep.include({ status: "collected", errors: [] });
      expect(outcome).not.to.have.any.keys("not_asked", "notes");
    });

  it("is asked for where the call is refused, which is noted once for all", async () => {
    const message = "User: x is not authorized to perform: ecs:DescribeClusters";
    const { items, outcome } = await read([{ ...definitions, ...counted(tasks) }, other], {
      ...ofDefinitions,
      ListClusters: () => ({ clusterArns: ["c"] }),
      [COUNT]: () => error("AccessDeniedException", message),
    });
    expect(items.map(({ resource_id }) => resource_id)).to.have.members(["c", "t"]);
    expect(outcome).to.deep.include({
      status: "collected",
      errors: [],
      notes: [
        {
          operation: COUNT,
          code: "AccessDeniedException",
          message: `not counted, so that each type is asked for itself: ${message}`,
          times: 1,
        },
      ],
    });
  });

  it("is asked for where the names of resources are listed, and not where there are none", async () => {
    for (const clusters of [[{ clusterName: "a" }], []]) {
      const { items } = await read([{ ...definitions, ...counted({}) }], {
        ...ofDefinitions,
        [COUNT]: () => ({ clusters }),
      });
      expect(items).to.have.length(clusters.length);
    }
  });

  it("is counted by the listing of another type, which is read once", async () => {
    const settings = list("AWS::ECS::Settings", counting, { id: "clusterName" });
    const { calls, items, outcome } = await read([{ ...definitions, ...counted(tasks) }, settings], {
      [COUNT]: () => ({ clusters: [{ clusterName: "own", runningTasksCount: 0, pendingTasksCount: 0 }] }),
    });
    expect(operations(calls)).to.deep.equal([COUNT]);
    expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["own"]);
    expect(outcome.counts).to.deep.equal({ "AWS::ECS::Settings": 1, [TYPE]: 0 });
  });

  it("is left to the task that goes on where the deadline comes first", async () => {
    const item = { auditor: "ecs", account_id: "111111111111", region: "eu-west-1" };
    const builder = new OutcomeBuilder(item, () => 0);
    await read(
      [{ ...definitions, ...counted(tasks) }],
      { [COUNT]: () => new DeadlineReached(), ListTaskDefinitions: () => new DeadlineReached() },
      { builder },
    );
    expect(builder.cursorOf(TYPE)).to.equal(undefined);
    expect(builder.outcome()).not.to.have.property("not_asked");
  });
});

/** A page after which there is another one. */
function page(clusterArns: string[]) {
  return { clusterArns, nextToken: "2" };
}
