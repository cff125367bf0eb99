import { ListServicesCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import pLimit from "p-limit";
import { reads } from "../../src/auditors/collector.ts";
import type { Reading } from "../../src/collect/resources.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { cluster, clusters, error, read, services } from "./ecs.ts";

const { list, detail, from } = reads("ecs");
const many = (count: number) => ({ clusterArns: Array.from({ length: count }, (_, n) => `arn:${n}`) });
const scp = (action: string) =>
  error(
    "AccessDeniedException",
    `User: u is not authorized to perform: ${action} on resource: * with an explicit deny in a service control policy`,
    400,
  );

describe("a call without an answer", () => {
  const described = cluster({ details: [detail(ListServicesCommand, { cluster: "clusterArn" })] });

  for (const code of ["TimeoutError", "ECONNRESET"])
    it(`fails alone, and its siblings go on (${code})`, async () => {
      const lost = Object.assign(new Error("no answer"), { name: code, code });
      const { items, outcome, calls } = await read([described], {
        ListClusters: () => many(14),
        ListServices: ({ cluster: of }) => (of === "arn:3" ? lost : { serviceArns: [] }),
      });
      expect(calls).to.have.length(15);
      expect(items.filter(({ unread }) => unread)).to.have.length(1);
      expect(outcome.errors).to.have.length(1);
      expect(outcome.errors[0]!.times).to.equal(1);
    });

  it("is one of many where the endpoint is silent: what is left is given up, and that is said", async () => {
    const { outcome, items } = await read([described], {
      ListClusters: () => many(50),
      ListServices: () => error("TimeoutError", "no answer"),
    });
    expect(outcome.status).to.equal("timed-out");
    expect(items).to.have.length(50);
    for (const { unread } of items) expect(unread).to.have.property("ListServices");
  });
});

describe("a region that a service control policy closes", () => {
  const types = ["A", "B", "C", "D", "E", "F"].map((name) =>
    list(
      `AWS::ECS::${name}`,
      { ...from(ListServicesCommand, "serviceArns", { as: "arn" }), operation: `List${name}` },
      { id: "arn" },
    ),
  );

  it("is not asked on after some refusals, and one line says so", async () => {
    const wide = [cluster(), ...types];
    const below = { ...services, listing: { ...services.listing, operation: "ListBelow" } };
    const limit = pLimit(1);
    const answers = {
      ListClusters: () => scp("ecs:ListClusters"),
      ListServices: () => scp("ecs:ListServices"),
    };
    const budget: Reading["budget"] = (_client, call) => limit(() => call(() => undefined));
    const { outcome, calls } = await read([...wide, below], answers, { budget });
    expect(outcome.status).to.equal("denied");
    expect(outcome.counts).to.deep.equal({});
    const lines = outcome.errors.filter(({ code }) => code === "RegionDenied");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({ status: "denied", denied_by: "scp" });
    expect(lines[0]!.message).to.match(/the rest of the region is not asked for/);
    expect(calls.length).to.be.within(3, 5);
    for (const type of ["AWS::ECS::F", "AWS::ECS::Service"]) expect(typeStatus(outcome, type)).to.equal("denied");
  });

  it("is asked on where it answers anything: then the policy denies single actions", async () => {
    const described = cluster({ details: [detail(ListServicesCommand, { cluster: "clusterArn" })] });
    const { outcome, calls } = await read([described], {
      ListClusters: () => many(20),
      ListServices: () => scp("ecs:ListServices"),
    });
    expect(calls).to.have.length(21);
    expect(outcome.errors).to.have.length(1);
    expect(outcome.errors[0]).to.include({ denied_by: "scp", times: 20 });
    expect(clusters.operation).to.equal("ListClusters");
  });
});
