import { expect } from "chai";
import { DeadlineReached } from "../../src/collect/deadline.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { type Begun, Begun as BegunSchema } from "../../src/evidence/plan.ts";
import { type Answers, cluster, error, read, services, tags } from "./ecs.ts";

const ITEM = { auditor: "ecs", account_id: "111111111111", region: "eu-west-1" };
/** The task has to commit while this call is under way. */
const deadline = () => new DeadlineReached();

/** Reads with one task after the other, each from what the one before hands over, as JSON; with all that is written. */
async function tasks(collectors: Parameters<typeof read>[0], answers: readonly Answers[]) {
  let begun: Begun | undefined;
  const written: string[] = [];
  let builder!: OutcomeBuilder;
  const calls: [string, Record<string, unknown>][][] = [];
  for (const each of answers) {
    builder = new OutcomeBuilder(ITEM, () => 0, begun);
    const { items, calls: made } = await read(collectors, each, { builder, regionIsOpen: true });
    written.push(...items.map(({ resource_id }) => resource_id));
    calls.push(made);
    const next = builder.begun();
    begun = next && BegunSchema.parse(JSON.parse(JSON.stringify(next)));
  }
  return { written, calls, outcome: builder.outcome(), begun: begun! };
}

const done = ({ cursors }: Begun, type = "AWS::ECS::Cluster") => cursors[type] === null;

describe("a listing that another task goes on with", () => {
  it("keeps what stands on both sides of the hand-over once, and says so", async () => {
    const { written, outcome, begun } = await tasks(
      [cluster()],
      [
        {
          ListClusters: ({ nextToken }) => (nextToken ? deadline() : { clusterArns: ["a", "b"], nextToken: "2" }),
        },
        { ListClusters: ({ nextToken }) => (nextToken === "2" ? { clusterArns: ["b", "c"] } : error("Wrong")) },
      ],
    );
    expect(written).to.deep.equal(["a", "b", "c"]);
    expect(outcome).to.deep.include({ status: "collected", counts: { "AWS::ECS::Cluster": 3 } });
    expect(outcome.notes).to.deep.include({
      operation: "ListClusters",
      resource_type: "AWS::ECS::Cluster",
      code: "PagesOverlap",
      message: "answered with resources that stood on a page before: each is kept once",
      times: 1,
    });
    expect(done(begun)).to.equal(true);
  });

  it("keeps a resource of a parent's listing once, though it changed in between", async () => {
    // They are described and written a hundred at a time.
    const arns = Array.from({ length: 101 }, (_, n) => `arn:${n}`);
    const listing = { ...cluster().listing, items: "clusters" };
    const all = cluster({ listing, tags });
    const below = { ...services, listing: { ...services.listing, parent: { ...services.listing.parent!, listing } } };
    const listed = (used: number): Answers => ({
      ListClusters: () => ({ clusters: arns.map((clusterArn) => ({ clusterArn, used })) }),
      ListServices: () => ({ serviceArns: [] }),
    });
    const { written, outcome } = await tasks(
      [all, below],
      [
        { ...listed(1), ListTagsForResource: ({ resourceArn }) => (resourceArn === "arn:100" ? deadline() : {}) },
        { ...listed(2), ListTagsForResource: () => ({}) },
      ],
    );
    expect(written).to.deep.equal(arns);
    expect(outcome).to.deep.include({
      status: "collected",
      counts: { "AWS::ECS::Cluster": 101, "AWS::ECS::Service": 0 },
    });
  });

  it("stays failed where one of its chains failed before, and the type is not whole", async () => {
    const { written, outcome, calls, begun } = await tasks(
      [cluster(), services],
      [
        {
          ListClusters: () => ({ clusterArns: ["a", "b"] }),
          ListServices: ({ cluster: of }) => (of === "a" ? error("ServerException", "oops", 500) : deadline()),
        },
        { ListClusters: () => ({ clusterArns: ["a", "b"] }), ListServices: () => ({ serviceArns: ["s"] }) },
      ],
    );
    expect(
      calls[1]!.filter(([operation]) => operation === "ListServices").map(([, { cluster: of }]) => of),
    ).to.deep.equal(["b"]);
    expect(written).to.deep.equal(["a", "b", "s"]);
    expect(outcome.status).to.equal("failed");
    expect(typeStatus(outcome, "AWS::ECS::Service")).to.equal("failed");
    expect(typeStatus(outcome, "AWS::ECS::Cluster")).to.equal("collected");
    expect(outcome.errors.map(({ code, times }) => [code, times])).to.deep.equal([["ServerException", 1]]);
    expect(done(begun, "AWS::ECS::Service")).to.equal(true);
  });

  it("that a token without an end stopped is not begun anew, and not whole", async () => {
    const { written, outcome } = await tasks(
      [cluster(), services],
      [
        {
          ListClusters: ({ nextToken }) => ({
            clusterArns: [String(nextToken ?? "a")],
            nextToken: nextToken === "1" ? "2" : "1",
          }),
          ListServices: () => deadline(),
        },
        { ListClusters: () => error("Wrong"), ListServices: () => ({ serviceArns: [] }) },
      ],
    );
    expect(written).to.deep.equal(["a", "1", "2"]);
    expect(outcome.status).to.equal("failed");
    expect(typeStatus(outcome, "AWS::ECS::Cluster")).to.equal("failed");
  });

  for (const code of ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
    it(`goes on where the credentials ended for good in the middle (${code}): nothing is lost, nothing failed`, async () => {
      const ended = error(code, "The security token included in the request is expired", 403);
      const more = { hasEnded: (thrown: unknown) => (thrown as Error).name === code };
      const builder = new OutcomeBuilder(ITEM, () => 0);
      const first = await read(
        [cluster()],
        { ListClusters: ({ nextToken }) => (nextToken ? ended : { clusterArns: ["a"], nextToken: "2" }) },
        { builder, ...more },
      );
      const begun = builder.begun()!;
      expect(done(begun)).to.equal(false);
      expect(builder.outcome()).to.deep.include({ status: "collected", errors: [] });
      const after = new OutcomeBuilder(ITEM, () => 0, begun);
      const second = await read(
        [cluster()],
        { ListClusters: ({ nextToken }) => (nextToken === "2" ? { clusterArns: ["b"] } : error("Wrong")) },
        { builder: after, ...more },
      );
      expect([...first.items, ...second.items].map(({ resource_id }) => resource_id)).to.deep.equal(["a", "b"]);
      expect(after.outcome()).to.deep.include({ status: "collected", counts: { "AWS::ECS::Cluster": 2 } });
      expect(done(after.begun()!)).to.equal(true);
    });

  it("leaves names out where its task would have no room for them", async () => {
    const many = Array.from({ length: 20 }, (_, n) => cluster({ type: `AWS::ECS::Type${n}` as "AWS::ECS::Cluster" }));
    const pages = Array.from({ length: 200 }, (_, n) => `arn:${n}`);
    const { begun } = await tasks(many, [
      { ListClusters: ({ nextToken }) => (nextToken ? deadline() : { clusterArns: pages, nextToken: "2" }) },
    ]);
    expect(JSON.stringify(begun.cursors).length).to.be.below(50_000);
    expect(Object.keys(begun.cursors)).to.have.length(20);
    expect(JSON.stringify(begun.cursors)).not.to.include("names");
  });
});
