import { DescribeClustersCommand, ListServicesCommand, ListTagsForResourceCommand } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { reads, tagsInBatches } from "../../src/auditors/collector.ts";
import { isGone, namesIt } from "../../src/collect/gone.ts";
import { typeStatus } from "../../src/evidence/outcome.ts";
import { gapsOf } from "../../src/tables/gaps.ts";
import { cluster, error, read, services, tags } from "./ecs.ts";

const { detail, describe: describeEach, describeInBatches, batch } = reads("ecs");
const both = { ListClusters: () => ({ clusterArns: ["arn:a", "arn:b"] }) };

describe("a parent", () => {
  it("that was deleted between the listings has no children, which is said and nothing to worry about", async () => {
    const { items, outcome } = await read([services], {
      ...both,
      ListServices: ({ cluster: of }) =>
        of === "arn:a" ? error("ClusterNotFoundException", "Cluster not found.") : { serviceArns: ["arn:b/web"] },
    });
    expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["arn:b/web"]);
    expect(outcome).to.deep.include({ status: "collected", counts: { "AWS::ECS::Service": 1 } });
    expect(outcome.errors).to.have.length(1);
    expect(outcome.errors[0]).to.include({ status: "deleted", code: "ClusterNotFoundException", times: 1 });
    expect(typeStatus(outcome, "AWS::ECS::Service")).to.equal("collected");
    const covered = [{ type: "AWS::ECS::Service", operation: "ListServices", global: false }];
    expect(gapsOf(outcome, covered as never).every(({ listed }) => listed)).to.equal(true);
  });

  it("is counted with none where it was the only one", async () => {
    const { outcome } = await read([services], {
      ListClusters: () => ({ clusterArns: ["arn:a"] }),
      ListServices: () => error("ClusterNotFoundException"),
    });
    expect(outcome).to.deep.include({ status: "collected", counts: { "AWS::ECS::Service": 0 } });
  });

  for (const [code, status] of [
    ["ThrottlingException", "failed"],
    ["AccessDeniedException", "denied"],
    ["InvalidParameterException", "failed"],
    ["TimeoutError", "timed-out"],
  ] as const)
    it(`that answers ${code} is not gone: its children are unread`, async () => {
      const { outcome } = await read([services], { ...both, ListServices: () => error(code, "no", 400) });
      expect(outcome.status).to.equal(status);
      expect(typeStatus(outcome, "AWS::ECS::Service")).to.equal(status);
    });
});

describe("a resource that vanished while it was read", () => {
  it("is kept, and marked as what is not judged", async () => {
    const described = cluster({ details: [detail(ListServicesCommand, { cluster: "clusterArn" })], tags });
    const { items, outcome } = await read([described], {
      ...both,
      ListServices: ({ cluster: of }) => (of === "arn:a" ? error("ClusterNotFoundException") : {}),
      ListTagsForResource: () => ({ tags: [] }),
    });
    expect(items.map(({ unread }) => unread)).to.deep.equal([
      { ListServices: "ClusterNotFoundException", "*": "ClusterNotFoundException" },
      undefined,
    ]);
    expect(outcome.status).to.equal("collected");
  });

  it("is not believed gone where the call does not name it", async () => {
    const described = cluster({ details: [detail(ListServicesCommand, {})] });
    const { items, outcome } = await read([described], {
      ...both,
      ListServices: () => error("ClusterNotFoundException"),
    });
    expect(items[0]!.unread).to.deep.equal({ ListServices: "ClusterNotFoundException" });
    expect(outcome.status).to.equal("failed");
  });

  it("does not take the others of its batch with it", async () => {
    const described = cluster({
      tags: tagsInBatches(
        batch(DescribeClustersCommand, 2, { clusters: "clusterArn" }, "clusters", ["clusterArn", "clusterArn"]),
        "tags",
      ),
    });
    const { items } = await read([described], {
      ...both,
      DescribeClusters: ({ clusters: asked }) =>
        (asked as string[]).includes("arn:a")
          ? error("ClusterNotFoundException")
          : { clusters: [{ clusterArn: "arn:b", tags: [{ key: "team", value: "web" }] }] },
    });
    expect(items.map(({ tags }) => tags)).to.deep.equal([null, { team: "web" }]);
  });

  it("is told from one that a batch could not read, by the service's own word", async () => {
    const described = cluster({
      describe: describeInBatches(DescribeClustersCommand, 10, { clusters: "clusterArn" }, "clusters", [
        "clusterArn",
        "clusterArn",
      ]),
    });
    const { items, outcome } = await read([described], {
      ...both,
      DescribeClusters: () => ({
        clusters: [],
        failures: [
          { arn: "arn:a", reason: "MISSING" },
          { arn: "arn:b", reason: "ACCESS_DENIED" },
        ],
      }),
    });
    expect(items.map(({ unread }) => unread!.DescribeClusters)).to.deep.equal(["NotFound", "ACCESS_DENIED"]);
    expect(outcome.errors.map(({ status }) => status)).to.have.members(["deleted", "failed"]);
  });

  it("is not told from an answer that lacks the list asked for", async () => {
    const described = cluster({
      describe: describeInBatches(DescribeClustersCommand, 10, { clusters: "clusterArn" }, "clusters", [
        "clusterArn",
        "clusterArn",
      ]),
    });
    const { items, outcome } = await read([described], { ...both, DescribeClusters: () => ({ failures: [] }) });
    expect(items.map(({ unread }) => unread!.DescribeClusters)).to.deep.equal(["NotAnAnswer", "NotAnAnswer"]);
    expect(outcome.errors.map(({ status }) => status)).to.deep.equal(["failed"]);
  });
});

describe("a service's word for what is gone", () => {
  for (const [service, code, message, gone] of [
    ["IAM", "NoSuchEntity", "The user with name u cannot be found.", true],
    ["S3", "NoSuchBucket", "The specified bucket does not exist", true],
    ["S3", "NoSuchKey", "", false],
    ["S3", "NoSuchBucketPolicy", "", false],
    ["EC2", "InvalidInstanceID.NotFound", "", true],
    ["RDS", "DBInstanceNotFoundFault", "", true],
    ["RDS", "DBInstanceNotFound", "", true],
    ["RDS", "KMSKeyNotAccessibleFault", "", false],
    ["RDS", "CertificateNotFound", "", false],
    ["Auto Scaling", "ValidationError", "AutoScalingGroup name not found - AutoScalingGroup g not found", true],
    ["Auto Scaling", "ValidationError", "1 validation error detected", false],
    ["CloudFormation", "ValidationError", "Stack with id s does not exist", true],
    ["CloudFormation", "ValidationError", "Template format error", false],
    ["Elastic Beanstalk", "InvalidParameterValue", "No Environment found for EnvironmentName = 'e'.", true],
    ["EMR", "InvalidRequestException", "Cluster id 'j-1' is not valid.", true],
    ["SQS", "AWS.SimpleQueueService.NonExistentQueue", "", true],
    ["WAFV2", "WAFNonexistentItemException", "", true],
    ["Athena", "InvalidRequestException", "WorkGroup w is not found.", true],
    ["Athena", "InvalidRequestException", "Query is not valid", false],
    ["ECS", "ClientException", "Unable to describe task definition.", true],
    ["ECS", "ClientException", "The referenced cluster was inactive.", false],
    [
      ...(["GuardDuty", "BadRequestException"] as const),
      "The request is rejected because the input detectorId is not owned by the current account.",
      true,
    ],
    ["GuardDuty", "BadRequestException", "The request is rejected because a value is out of range.", false],
    ["Route 53 Domains", "InvalidInput", "Domain example.com  not found in 111111111111 account.", true],
    ["Route 53 Domains", "InvalidInput", "Errors: [contact not found]", false],
    ["Lambda", "ResourceNotFoundException", "", true],
    ["Lambda", "NotFound", "", false],
    ["Lambda", "UnknownOperationException", "", false],
    ["DynamoDB", "PolicyNotFoundException", "", false],
  ] as const)
    it(`of ${service} is ${gone ? "" : "not "}${code} ${message}`.trim(), () => {
      expect(isGone({ code, message }, service)).to.equal(gone);
    });

  it("counts where the call names the thing: by its name, its ARN, or a list of them", () => {
    const resource = { Name: "orders", Id: { Value: "i-1234" } };
    for (const input of [{ Name: "orders" }, { Arn: "arn:x" }, { Ids: ["i-1234"] }, { Key: "svc/orders" }])
      expect(namesIt(input, resource, "arn:x"), JSON.stringify(input)).to.equal(true);
    for (const input of [{}, { MaxResults: 10 }, { Scope: "account" }])
      expect(namesIt(input, resource, "arn:x"), JSON.stringify(input)).to.equal(false);
  });
});

describe("an item", () => {
  const listed = { ListClusters: () => ({ clusterArns: ["arn:a"] }) };

  it("is told by its id, else its ARN, else its name; where AWS gives none, the outcome says so", async () => {
    for (const [more, id] of [
      [{ id: "none", arn: "clusterArn" }, "arn:a"],
      [{ id: "none", arn: "none", name: "clusterArn" }, "arn:a"],
      [{ id: "none", arn: "none", name: "none" }, ""],
    ] as const) {
      const { items, outcome } = await read([cluster(more)], listed);
      expect(items[0]!.resource_id).to.equal(id);
      expect(outcome.notes?.map(({ code }) => code)).to.deep.equal(id ? undefined : ["NoIdentifier"]);
    }
  });

  it("says where its tags are from, and whether anybody asked", async () => {
    const answers = { ...listed, ListTagsForResource: () => ({ tags: [] }), ListServices: () => ({ serviceArns: [] }) };
    const { from } = reads("ecs");
    const bulk = {
      ...({ kind: "bulk", member: "tags", key: "serviceArn" } as const),
      listing: from(ListServicesCommand, "serviceArns", { as: "serviceArn" }),
    };
    for (const [more, source, found] of [
      [{ tags: { kind: "none" } }, "not-asked", null],
      [{ tags: { kind: "inline", member: "tags" } }, "inline", {}],
      [{ tags }, "call", {}],
      [{ tags: bulk }, "bulk", {}],
      [{ tags: bulk, arn: "none" }, "not-asked", null],
    ] as const) {
      const { items } = await read([cluster(more)], answers);
      expect(items[0]).to.deep.include({ tags_source: source, tags: found });
    }
    const denied = { ...answers, ListTagsForResource: () => error("AccessDeniedException", "no", 403) };
    const { items } = await read([cluster({ tags })], denied);
    expect(items[0]).to.deep.include({ tags_source: "call", tags: null });
    expect(items[0]!.unread).to.deep.equal({ ListTagsForResource: "AccessDeniedException" });
  });

  for (const [what, answer] of [
    ["a text", { tags: "owner" }],
    ["a number", { tags: 5 }],
    ["a list of texts", { tags: ["owner"] }],
    ["a list with a hole", { tags: [null] }],
    ["a list of something else", { tags: [{ arn: "a" }] }],
    ["a map of something else", { tags: { owner: 5 } }],
  ] as const)
    it(`whose tags are ${what} has unread tags, and not none`, async () => {
      const { items, outcome } = await read([cluster({ tags })], { ...listed, ListTagsForResource: () => answer });
      expect(items[0]).to.deep.include({ tags: null, unread: { ListTagsForResource: "NotTags" } });
      expect(outcome.errors[0]).to.include({ status: "failed", incomplete: "tags", code: "NotTags" });
    });

  it("whose description does not have it is unread, and is no deleted one", async () => {
    const described = cluster({
      describe: describeEach(DescribeClustersCommand, { clusters: ["{clusterArn}"] }, "clusters"),
    });
    for (const answer of [{}, { clusters: [] }]) {
      const { items, outcome } = await read([described], { ...listed, DescribeClusters: () => answer });
      expect(items[0]!.unread).to.deep.equal({ DescribeClusters: "NotDescribed" });
      expect(outcome.errors[0]).to.include({ status: "failed", incomplete: "details" });
    }
  });

  it("that a call for the tags of many leaves out has unread tags", async () => {
    const key = ["clusterArn", "clusterArn"] as const;
    const asked = batch(DescribeClustersCommand, 10, { clusters: "clusterArn" }, "clusters", key);
    const many = cluster({ tags: tagsInBatches(asked, "tags") });
    const { items } = await read([many], { ...listed, DescribeClusters: () => ({ clusters: [] }) });
    expect(items[0]).to.deep.include({ tags: null, unread: { DescribeClusters: "NotDescribed" } });
  });

  it("without tags does not ask for them", async () => {
    const asked = cluster({ details: [detail(ListTagsForResourceCommand, { resourceArn: "{arn}" })] });
    const { items } = await read([asked], { ...listed, ListTagsForResource: () => ({}) });
    expect(items[0]).to.include({ tags: null, tags_source: "not-asked" });
  });
});
