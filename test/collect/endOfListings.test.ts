import { ListDistributionsCommand } from "@aws-sdk/client-cloudfront";
import { ListAccessKeysCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { reads } from "../../src/auditors/collector.ts";
import { OutcomeBuilder } from "../../src/collect/outcomeBuilder.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { type Answers, cluster, error, read, services } from "./ecs.ts";

/** A listing that answers by its page token. */
const byToken =
  (answers: Record<string, object | Error>, token = "nextToken") =>
  (input: Record<string, unknown>) =>
    answers[String(input[token] ?? "")]!;

describe("the end of a listing", () => {
  const ids = (items: { resource_id: string }[]) => items.map(({ resource_id }) => resource_id);
  const { from, list, detail } = reads("iam", "global");

  for (const [what, answers] of [
    ["the token that it was asked with", { "": { nextToken: "A" }, A: { nextToken: "A" } }],
    ["tokens that take turns", { "": { nextToken: "A" }, A: { nextToken: "B" }, B: { nextToken: "A" } }],
    [
      "three tokens in a circle",
      { "": { nextToken: "A" }, A: { nextToken: "B" }, B: { nextToken: "C" }, C: { nextToken: "A" } },
    ],
  ] as const)
    it(`is not reached with ${what}: the listing failed, each resource is kept once`, async () => {
      const pages = Object.fromEntries(
        Object.entries(answers).map(([at, page]) => [at, { ...page, clusterArns: [`on ${at}`, "on all"] }]),
      );
      const { items, outcome, calls } = await read([cluster()], { ListClusters: byToken(pages) });
      expect(calls).to.have.length(Object.keys(answers).length);
      expect(outcome.status).to.equal("failed");
      expect(outcome.errors[0]!.message).to.match(/answered twice with the same page token/);
      expect(ids(items)).to.have.members([...Object.keys(answers).map((at) => `on ${at}`), "on all"]);
      expect(outcome.counts["AWS::ECS::Cluster"]).to.equal(items.length);
    });

  it("is not waited for where pages are empty and new tokens never end", async () => {
    let page = 0;
    const { calls, outcome } = await read([cluster()], {
      ListClusters: () => ({ clusterArns: [], nextToken: `${++page}` }),
    });
    expect(calls.length).to.be.lessThan(1_000);
    expect(outcome.status).to.equal("failed");
    expect(outcome.errors[0]!.message).to.match(/nothing on \d+ pages in a row/);
  });

  it("comes after an empty page, where the token goes on", async () => {
    const { items, outcome } = await read([cluster()], {
      ListClusters: byToken({ "": { clusterArns: [], nextToken: "A" }, A: { clusterArns: ["a"], nextToken: "" } }),
    });
    expect(ids(items)).to.deep.equal(["a"]);
    expect(outcome.status).to.equal("collected");
  });

  it("tells of pages that overlap, and keeps what stands on both once", async () => {
    const { items, outcome } = await read([cluster()], {
      ListClusters: byToken({
        "": { clusterArns: ["a", "b"], nextToken: "A" },
        A: { clusterArns: ["b", "c"], nextToken: "B" },
        B: { clusterArns: ["a", "d"] },
      }),
    });
    expect(ids(items)).to.deep.equal(["a", "b", "c", "d"]);
    expect(outcome).to.deep.include({ status: "collected", counts: { "AWS::ECS::Cluster": 4 } });
    expect(outcome.notes).to.have.length(1);
    expect(outcome.notes![0]).to.include({ code: "PagesOverlap", resource_type: "AWS::ECS::Cluster", times: 2 });
  });

  it("tells of pages that overlap where one task goes on with what another began", async () => {
    const item = { auditor: "ecs", account_id: "111111111111", region: "eu-west-1" };
    const kept: string[] = [];
    const goOn = async (builder: OutcomeBuilder, atMost: number) => {
      const over = new AbortController();
      const write = async ({ resource_id }: { resource_id: string }) => {
        kept.push(resource_id);
        if (kept.length === atMost) over.abort();
      };
      const answers = byToken({
        "": { clusterArns: ["a", "b"], nextToken: "A" },
        A: { clusterArns: ["b", "c"], nextToken: "B" },
        B: { clusterArns: ["a", "d"] },
      });
      await read([cluster()], { ListClusters: answers }, { builder, write, deadline: over.signal });
      return builder;
    };
    const first = await goOn(new OutcomeBuilder(item, () => 0), 2);
    expect(first.cursorOf("AWS::ECS::Cluster")).not.to.equal(null);
    const second = await goOn(new OutcomeBuilder(item, () => 0, first.begun()), 100);
    expect(kept).to.deep.equal(["a", "b", "c", "d"]);
    expect(second.outcome()).to.deep.include({ status: "collected", counts: { "AWS::ECS::Cluster": 4 } });
    expect(second.outcome().notes![0]).to.include({ code: "PagesOverlap", times: 2 });
  });

  it("of a parent's listing is held to the same: its children are read once", async () => {
    const { items, outcome } = await read([cluster(), services], {
      ListClusters: byToken({ "": { clusterArns: ["a"], nextToken: "A" }, A: { clusterArns: ["a", "b"] } }),
      ListServices: ({ cluster: of }) => ({ serviceArns: [`${of}-web`] }),
    });
    expect(ids(items)).to.have.members(["a", "b", "a-web", "b-web"]);
    expect(outcome.notes?.map(({ code }) => code)).to.include("PagesOverlap");
  });

  const users = list("AWS::IAM::User", from(ListUsersCommand, "Users"), {
    id: "UserId",
    details: [detail(ListAccessKeysCommand, { UserName: "UserName" })],
  });
  const user = { UserId: "u", UserName: "u" };
  const listed: [string, Answers["ListUsers"], RegExp | undefined][] = [
    ["more without a token", () => ({ Users: [user], IsTruncated: true }), /says that there is more, and not where/],
    ["a token without more", () => ({ Users: [user], IsTruncated: false, Marker: "A" }), /says that there is no more/],
    ["neither, but a text", () => ({ Users: [user], IsTruncated: "true" }), /neither that there is more nor/],
    ["neither, but a number", () => ({ Users: [user], IsTruncated: 1 }), /neither that there is more nor/],
    ["the last page", () => ({ Users: [user], IsTruncated: false }), undefined],
    ["nothing of an end", () => ({ Users: [user] }), undefined],
  ];
  for (const [what, ListUsers, problem] of listed)
    it(`${problem ? "is not believed" : "is believed"} of an answer that says ${what}`, async () => {
      const ListAccessKeys = () => ({ AccessKeyMetadata: [] });
      const { outcome } = await read([users], { ListUsers: ListUsers!, ListAccessKeys }, {}, "global");
      expect(outcome.status).to.equal(problem ? "failed" : "collected");
      if (problem) expect(outcome.errors[0]!.message).to.match(problem);
    });

  it("of a detail is held to the same: what it left out is unread", async () => {
    const answers = {
      ListUsers: () => ({ Users: [user] }),
      ListAccessKeys: () => ({ AccessKeyMetadata: [], IsTruncated: true }),
    };
    const { items, outcome } = await read([users], answers, {}, "global");
    expect(items[0]!.unread).to.deep.equal({ ListAccessKeys: "Contradiction" });
    expect(items[0]!.configuration).not.to.have.property("ListAccessKeys");
    expect(outcome.errors[0]).to.include({ status: "failed", incomplete: "details" });
  });

  it("is not believed of a page that counts more than it lists", async () => {
    const cloudfront = reads("cloudfront", "global");
    const distributions = cloudfront.list(
      "AWS::CloudFront::Distribution",
      cloudfront.from(ListDistributionsCommand, "DistributionList.Items"),
      { id: "Id" },
    );
    const page = (Quantity: number, Items?: object[]) => () => ({
      DistributionList: { Quantity, IsTruncated: false, Items },
    });
    const status = async (ListDistributions: Answers[string]) =>
      (await read([distributions], { ListDistributions: ListDistributions! }, {}, "global")).outcome.status;
    expect(await status(page(2, [{ Id: "a" }]))).to.equal("failed");
    expect(await status(page(1))).to.equal("failed");
    expect(await status(page(1, [{ Id: "a" }]))).to.equal("collected");
    expect(await status(page(0))).to.equal("collected");
  });

  for (const [what, thrown, notEnabled] of [
    ["a token that AWS does not know", error("UnrecognizedClientException", "token", 403), []],
    ["credentials that AWS cannot validate", error("AuthFailure", "no", 401), []],
    ["a region that is not opted in", error("OptInRequired", "no", 403), []],
    ["a subscription that is missing", error("SubscriptionRequiredException", "no", 400), []],
    ["a name that does not resolve", Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), []],
    ["a service that is off", error("ClientException", "ECS is off"), [/ECS is off/]],
    ["nothing of the kind", error("NoSuchEntity", "none"), []],
  ] as const)
    it(`is not reached with ${what} on the second page`, async () => {
      const declared = cluster({ notEnabled });
      const listing = { ...declared.listing, none: ["NoSuchEntity"] };
      const { items, outcome } = await read([{ ...declared, listing }], {
        ListClusters: byToken({ "": { clusterArns: ["a"], nextToken: "A" }, A: thrown }),
      });
      expect(ids(items)).to.deep.equal(["a"]);
      expect(outcome.status).to.equal("failed");
      expect(typeStatus(outcome, "AWS::ECS::Cluster")).to.equal("failed");
    });
});
