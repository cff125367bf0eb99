import { DescribeClustersCommand, ListServicesCommand, ListTagsForResourceCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { reads } from "../../src/auditors/collector.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { type Outcome, typeStatus } from "../../src/evidence/outcome.ts";
import { type Answers, cluster, clusters, error, noServices, read, services, tags } from "./ecs.ts";

const { from, list, detail, describeInBatches } = reads("ecs");

describe("reading resources", () => {
  describe("what one more listing says of all", () => {
    const differing = list("AWS::ECS::Cluster", clusters, {
      id: "clusterArn",
      joined: {
        as: "Usual",
        listing: from(ListServicesCommand, "serviceArns", { as: "serviceArn" }),
        key: ["serviceArn", "clusterArn"],
      },
      only: ({ Usual }) => !Usual,
    });
    const listing = { ListClusters: () => ({ clusterArns: ["a", "b", "c"] }) };

    it("is asked once, and decides which resources are evidence", async () => {
      const { items, outcome, calls } = await read([differing], {
        ...listing,
        ListServices: () => ({ serviceArns: ["a", "c"] }),
      });
      expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["b"]);
      expect(items[0]!.configuration).to.include({ Usual: null });
      expect(outcome.counts).to.deep.equal({ "AWS::ECS::Cluster": 1 });
      expect(calls).to.have.length(2);
    });

    it("keeps every resource where it is not known, and says so", async () => {
      const { items, outcome } = await read([differing], { ...listing, ListServices: () => error("AccessDenied") });
      expect(items).to.have.length(3);
      expect(items[0]!.unread).to.deep.equal({ Usual: "AccessDenied" });
      expect(outcome.errors[0]).to.deep.include({ status: "denied", incomplete: "details" });
    });
  });

  describe("what AWS is still making", () => {
    const report = list("AWS::ECS::Cluster", clusters, {
      id: "clusterArn",
      details: [detail(ListTagsForResourceCommand, { resourceArn: "clusterArn" }, { pending: ["ReportInProgress"] })],
    });
    const listing = { ListClusters: () => ({ clusterArns: ["a"] }) };

    it("is asked for again until it is there", async () => {
      let tries = 0;
      const { items, outcome, calls } = await read([report], {
        ...listing,
        ListTagsForResource: () => (++tries < 4 ? error("ReportInProgress") : { tags: [] }),
      });
      expect(items[0]!.configuration).to.have.deep.property("ListTagsForResource", { tags: [] });
      expect(outcome).to.deep.include({ status: "collected", errors: [] });
      expect(calls).to.have.length(5);
    });

    it("is given up after ten tries, and the resource is kept without it", async () => {
      const { items, outcome, calls } = await read([report], {
        ...listing,
        ListTagsForResource: () => error("ReportInProgress"),
      });
      expect(calls).to.have.length(11);
      expect(items[0]!.unread).to.deep.equal({ ListTagsForResource: "ReportInProgress" });
      expect(outcome.status).to.equal("failed");
    });

    it("is not waited for where the error is another one", async () => {
      const { calls } = await read([report], { ...listing, ListTagsForResource: () => error("ServerException") });
      expect(calls).to.have.length(2);
    });
  });

  it("reads a parent's listing once, names the parent in what is below it, and follows every page", async () => {
    const { items, calls, outcome } = await read([cluster(), services], {
      ListClusters: ({ nextToken }) => (nextToken ? { clusterArns: ["b"] } : { clusterArns: ["a"], nextToken: "2" }),
      ListServices: ({ cluster: of }) => ({ serviceArns: [`${of}-web`] }),
    });
    expect(calls.filter(([operation]) => operation === "ListClusters")).to.have.length(2);
    expect(outcome.counts).to.deep.equal({ "AWS::ECS::Cluster": 2, "AWS::ECS::Service": 2 });
    const below = items.filter(({ resource_type }) => resource_type === "AWS::ECS::Service");
    expect(below.map(({ configuration }) => configuration)).to.deep.equal([
      { cluster: "a", serviceArn: "a-web" },
      { cluster: "b", serviceArn: "b-web" },
    ]);
  });

  it("describes in batches, and keeps what was deleted meanwhile as it was listed", async () => {
    const described = cluster({
      describe: describeInBatches(DescribeClustersCommand, 2, { clusters: "clusterArn" }, "clusters", [
        "clusterArn",
        "clusterArn",
      ]),
    });
    const { items, calls, outcome } = await read([described], {
      ListClusters: () => ({ clusterArns: ["a", "b", "gone"] }),
      DescribeClusters: ({ clusters: asked }) => ({
        clusters: (asked as string[])
          .filter((each) => each !== "gone")
          .map((clusterArn) => ({ clusterArn, status: "ACTIVE" })),
      }),
    });
    expect(
      calls.filter(([operation]) => operation === "DescribeClusters").map(([, input]) => input.clusters),
    ).to.deep.equal([["a", "b"], ["gone"]]);
    expect(items.map(({ configuration }) => configuration.status)).to.deep.equal(["ACTIVE", "ACTIVE", undefined]);
    expect(items[2]!.unread).to.deep.equal({ DescribeClusters: "NotFound" });
    expect(outcome.status).to.equal("collected");
    expect(outcome.errors[0]).to.include({ status: "deleted", incomplete: "details", times: 1 });
  });

  const told: [string, Answers, Outcome["status"], ReturnType<typeof typeStatus>, number | undefined][] = [
    ["an empty listing", { ListClusters: () => ({ clusterArns: [] }) }, "collected", "collected", 0],
    [
      "a denied listing",
      { ListClusters: () => error("AccessDeniedException", "no", 403) },
      "denied",
      "denied",
      undefined,
    ],
    ["a silent region", { ListClusters: () => error("TimeoutError") }, "timed-out", "timed-out", undefined],
    ["an endpoint that does not exist", { ListClusters: () => error("ENOTFOUND") }, "failed", "failed", undefined],
    [
      "a service not in use",
      { ListClusters: () => error("ClientException", "ECS is off") },
      "not-enabled",
      "not-enabled",
      undefined,
    ],
    [
      "an error of AWS's own",
      { ListClusters: () => error("ServerException", "oops", 500) },
      "failed",
      "failed",
      undefined,
    ],
  ];
  for (const [what, answers, status, ofType, count] of told)
    it(`tells ${what} from everything else`, async () => {
      const { outcome } = await read([cluster({ notEnabled: [/ECS is off/] })], { ...answers, ...noServices });
      expect(outcome.status).to.equal(status);
      expect(typeStatus(outcome, "AWS::ECS::Cluster")).to.equal(ofType);
      expect(outcome.counts["AWS::ECS::Cluster"]).to.equal(count);
    });

  it("names the action that is missing when the account's endpoint cannot be asked for", async () => {
    const reason = error(
      "AccessDeniedException",
      "User: x is not authorized to perform: timestream:DescribeEndpoints",
      403,
    );
    const wrapped = Object.assign(new Error("The operation to discover endpoint failed."), { reason });
    const { outcome } = await read([cluster()], { ListClusters: () => wrapped, ...noServices });
    expect(outcome.status).to.equal("denied");
    expect(outcome.errors[0]).to.include({ action: "timestream:DescribeEndpoints", code: "AccessDeniedException" });
  });

  it("names the parent's operation and action for the type that could not be listed below it", async () => {
    const { outcome } = await read([services], { ListClusters: () => error("AccessDeniedException", "no", 403) });
    expect(outcome.errors[0]).to.include({
      operation: "ListClusters",
      action: "ecs:ListClusters",
      resource_type: "AWS::ECS::Service",
      incomplete: "resources",
    });
    expect(typeStatus(outcome, "AWS::ECS::Service")).to.equal("denied");
  });

  it("goes on where one parent fails, and counts what the others have", async () => {
    const { outcome, items } = await read([services], {
      ListClusters: () => ({ clusterArns: ["a", "b"] }),
      ListServices: ({ cluster: of }) => (of === "a" ? error("ServerException") : { serviceArns: ["b-web"] }),
    });
    expect(items).to.have.length(1);
    expect(typeStatus(outcome, "AWS::ECS::Service")).to.equal("failed");
    expect(outcome.counts).to.deep.equal({ "AWS::ECS::Service": 1 });
  });

  it("a service that is not in use does not hide what others of its auditor have", async () => {
    const { outcome } = await read(
      [cluster(), { ...services, listing: { ...services.listing }, notEnabled: [/off/] }],
      {
        ListClusters: () => ({ clusterArns: ["a"] }),
        ListServices: () => error("ClientException", "off"),
      },
    );
    expect(outcome.status).to.equal("collected");
    expect(typeStatus(outcome, "AWS::ECS::Service")).to.equal("not-enabled");
  });

  it("takes tags as each service writes them, and null where they were not read", async () => {
    for (const [answer, expected] of [
      [{ tags: [{ key: "team", value: "web" }] }, { team: "web" }],
      [{ tags: [] }, {}],
      [{}, {}],
      [error("AccessDeniedException", "no", 403), null],
    ] as const) {
      const { items } = await read([cluster({ tags })], {
        ListClusters: () => ({ clusterArns: ["a"] }),
        ListTagsForResource: () => answer,
      });
      expect(items[0]!.tags).to.deep.equal(expected);
    }
  });

  it("counts none of a type below a parent of which there are none, and does not call it failed", async () => {
    const { outcome } = await read([services], { ListClusters: () => ({ clusterArns: [] }) });
    expect(outcome.counts).to.deep.equal({ "AWS::ECS::Service": 0 });
    expect(typeStatus(outcome, "AWS::ECS::Service")).to.equal("collected");
  });

  it("remembers a chain of pages that failed, so that a task that goes on does not count it again", async () => {
    const deadline = new AbortController();
    const builder = new OutcomeBuilder({ auditor: "ecs", account_id: "111111111111", region: "eu-west-1" }, () => 0);
    await read(
      [services],
      {
        ListClusters: () => ({ clusterArns: ["failing", "long"] }),
        ListServices: ({ cluster: of, nextToken = "" }) => {
          if (of === "failing") return error("ServerException");
          if (String(nextToken).length === 5) deadline.abort();
          return { serviceArns: [`service-${nextToken}`], nextToken: `${nextToken}n` };
        },
      },
      { builder, deadline: deadline.signal },
    );
    const cursor = builder.begun()!.cursors["AWS::ECS::Service"] as { done: string[]; at: object };
    expect(cursor.done).to.have.length(1);
    expect(Object.keys(cursor.at)).to.have.length(1);
  });

  it("writes a digest where the declaration redacts", async () => {
    const { items } = await read([cluster({ redact: ["clusterArn"] })], {
      ListClusters: () => ({ clusterArns: ["hunter2"] }),
    });
    expect(JSON.stringify(items[0]!.configuration)).to.include("hmac-sha256:").and.not.include("hunter2");
  });

  it("puts a digest in the place of a secret: the same for the same value, another in another account, none of it readable", async () => {
    const { digestsOf, redact } = await import("../../src/collect/redact.ts");
    const found = { env: [{ name: "KEY", value: "hunter2" }], vars: { B: "1", A: "hunter2" }, plain: "x" };
    const paths = ["env.value", "vars", "absent.member"];
    const first = redact(found, paths, digestsOf("0123456789abcdef", "111111111111"));
    expect(JSON.stringify(first)).not.to.include("hunter2");
    expect(first).to.have.nested.property("env[0].name", "KEY");
    expect(first).to.have.nested.property("vars.keys").that.deep.equals(["A", "B"]);
    expect(first).to.not.have.property("absent");
    expect(found.vars.A, "what AWS answered is not changed").to.equal("hunter2");
    const turned = { ...found, vars: { A: "hunter2", B: "1" } };
    expect(redact(turned, paths, digestsOf("0123456789abcdef", "111111111111"))).to.deep.equal(first);
    expect(redact(found, paths, digestsOf("0123456789abcdef", "222222222222"))).not.to.deep.equal(first);
    expect(redact(found, paths, digestsOf("fedcba9876543210", "111111111111"))).not.to.deep.equal(first);
  });
});
