import { gunzipSync } from "node:zlib";
import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeAccountAttributesCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type AwsClientStub, mockClient } from "aws-sdk-client-mock";
import { expect } from "chai";
import type { Collector } from "../../src/auditors/collector.ts";
import { rds } from "../../src/auditors/services/rds.ts";
import { accessByRole } from "../../src/collect/accountSession.ts";
import { awsClock } from "../../src/collect/awsClock.ts";
import { runTask } from "../../src/collect/task.ts";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import type { Item } from "../../src/evidence/item.ts";
import { sha256 } from "../../src/evidence/plan.ts";

let sts: AwsClientStub<STSClient>;
let s3: AwsClientStub<S3Client>;
let ec2: AwsClientStub<EC2Client>;
let service: AwsClientStub<RDSClient>;

const instance = (id: string) => ({
  DBInstanceIdentifier: id,
  DBInstanceArn: `arn:aws:rds:eu-central-1:111111111111:db:${id}`,
  InstanceCreateTime: new Date("2026-01-02T03:04:05Z"),
  TagList: id === "plain" ? [] : [{ Key: "team", Value: "books" }],
});
const awsError = (name: string, message: string, status = 400) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, attempts: 1 } });

const run = (regions = ["eu-central-1"], collectors: readonly Collector[] = rds.collectors.slice(0, 1)) =>
  runTask({
    clock: awsClock(),
    runId: "01JDT3SAPG0000000000000000",
    date: "2026-11-24",
    task: {
      id: "rds-0000",
      auditor: "rds",
      accounts: ["111111111111"],
      regions,
      group: { index: 0, tasks: 1, of: 1 },
    },
    attempt: "abc",
    auditor: { name: "rds", services: [{ ...rds, collectors: [...collectors] }] },
    digestKey: "0123456789abcdef",
    apiShare: 1,
    account: "999999999999",
    access: accessByRole(new STSClient({ region: "us-east-1" }), {
      partition: "aws",
      roleName: "audit-cross-account-access-role",
      externalId: "external",
    }),
    evidence: bucketStore(new S3Client({ region: "us-east-1" }), "evidence"),
    homeRegion: "us-east-1",
    client: (requestHandler) => ({ requestHandler }),
    deadline: AbortSignal.timeout(30_000),
    now: Date.now,
    wait: async () => undefined,
  });

const writtenItems = (): Item[] =>
  s3.commandCalls(PutObjectCommand).flatMap(({ args }) =>
    gunzipSync(args[0].input.Body as Buffer)
      .toString()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Item),
  );

describe("a task", () => {
  before(() => {
    sts = mockClient(STSClient);
    s3 = mockClient(S3Client);
    ec2 = mockClient(EC2Client);
    service = mockClient(RDSClient);
  });
  after(() => {
    for (const mock of [sts, s3, ec2, service]) mock.restore();
  });
  beforeEach(() => {
    for (const mock of [sts, s3, ec2, service]) mock.reset();
    service
      .on(DescribeAccountAttributesCommand)
      .resolves({ AccountQuotas: [{ AccountQuotaName: "DBInstances", Used: 1 }] });
    sts.on(AssumeRoleCommand).resolves({
      Credentials: {
        AccessKeyId: "ASIA",
        SecretAccessKey: "s",
        SessionToken: "t",
        Expiration: new Date(Date.now() + 3.6e6),
      },
    });
    ec2.on(DescribeRegionsCommand).resolves({
      Regions: [
        { RegionName: "eu-central-1", OptInStatus: "opt-in-not-required" },
        { RegionName: "ap-east-1", OptInStatus: "not-opted-in" },
      ],
    });
    s3.on(PutObjectCommand).resolves({});
  });

  it("writes every page's resources once, with ISO dates and the object's own hash", async () => {
    service
      .on(DescribeDBInstancesCommand, {})
      .resolves({ DBInstances: [instance("orders")], Marker: "next" })
      .on(DescribeDBInstancesCommand, { Marker: "next" })
      .resolves({ DBInstances: [instance("plain")] });
    const outcome = await run();
    expect(outcome.outcomes).to.have.length(1);
    expect(outcome.outcomes[0]).to.include({ status: "collected", region: "eu-central-1" });
    expect(outcome.outcomes[0]!.counts).to.deep.equal({ "AWS::RDS::DBInstance": 2 });
    const items = writtenItems();
    expect(items.map(({ resource_id }) => resource_id)).to.deep.equal(["orders", "plain"]);
    expect(items[0]!.tags).to.deep.equal({ team: "books" });
    expect(items[1]!.tags).to.deep.equal({});
    expect(items[0]!.configuration.InstanceCreateTime).to.equal("2026-01-02T03:04:05.000Z");
    const body = s3.commandCalls(PutObjectCommand)[0]!.args[0].input.Body as Buffer;
    expect(outcome.objects[0]).to.include({ sha256: sha256(body), bytes: body.length, items: 2 });
    expect(service.commandCalls(ListTagsForResourceCommand), "tags come with the listing").to.be.empty;
  });

  it("reports a closed region as not enabled and does not call it", async () => {
    service.on(DescribeDBInstancesCommand).resolves({ DBInstances: [] });
    const { outcomes } = await run(["eu-central-1", "ap-east-1"]);
    expect(outcomes.map(({ region, status }) => [region, status])).to.deep.equal([
      ["eu-central-1", "collected"],
      ["ap-east-1", "not-enabled"],
    ]);
    expect(service.commandCalls(DescribeDBInstancesCommand)).to.have.length(1);
  });

  it("reads on in other regions while those that it began with are slow to answer", async () => {
    const regions = ["ap-southeast-2", "sa-east-1", "eu-central-1", "eu-west-1"];
    const open = regions.map((RegionName) => ({ RegionName, OptInStatus: "opt-in-not-required" }));
    ec2.on(DescribeRegionsCommand).resolves({ Regions: open });
    const ended: string[] = [];
    let others = () => {};
    const othersEnded = new Promise<void>((resolve) => {
      others = resolve;
    });
    service.onAnyCommand().resolves({});
    service.on(DescribeDBInstancesCommand).callsFake(async (_input, clientOf: () => RDSClient) => {
      const region = String(await clientOf().config.region());
      if (regions.indexOf(region) < 2) await othersEnded;
      ended.push(region);
      if (ended.length === 2) others();
      return { DBInstances: [] };
    });
    const { outcomes } = await run(regions, rds.collectors);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(regions.map(() => "collected"));
    expect(ended.slice(0, 2)).to.have.members(["eu-central-1", "eu-west-1"]);
  });

  it("reads a cluster of DocumentDB where RDS counts no cluster, and asks for no instance where it counts none", async () => {
    service
      .on(DescribeAccountAttributesCommand)
      .resolves({
        AccountQuotas: ["DBInstances", "DBClusters"].map((AccountQuotaName) => ({ AccountQuotaName, Used: 0 })),
      })
      .on(DescribeDBClustersCommand)
      .resolves({
        DBClusters: [
          {
            DBClusterIdentifier: "documents",
            DBClusterArn: "arn:aws:rds:eu-central-1:111111111111:cluster:documents",
            Engine: "docdb",
            TagList: [],
          },
        ],
      });
    const { outcomes } = await run(["eu-central-1"], rds.collectors.slice(0, 2));
    expect(outcomes[0]).to.deep.include({
      counts: { "AWS::RDS::DBInstance": 0, "AWS::RDS::DBCluster": 1 },
      not_asked: { "AWS::RDS::DBInstance": "DescribeAccountAttributes" },
    });
    expect(service.commandCalls(DescribeDBInstancesCommand)).to.be.empty;
  });

  describe("whose account cannot say which regions are open", () => {
    const regions = ["eu-central-1", "me-south-1"];
    beforeEach(() => {
      ec2.on(DescribeRegionsCommand).rejects(awsError("UnauthorizedOperation", "no", 403));
    });

    it("reads them all the same: nothing that was read is spoiled, and the outcome says why", async () => {
      service.on(DescribeDBInstancesCommand).resolves({ DBInstances: [instance("orders")] });
      const { outcomes } = await run(regions);
      expect(outcomes.map(({ status, errors }) => [status, errors])).to.deep.equal([
        ["collected", []],
        ["collected", []],
      ]);
      for (const { notes } of outcomes)
        expect(notes).to.deep.equal([
          { operation: "DescribeRegions", code: "UnauthorizedOperation", message: "no", times: 1 },
        ]);
    });

    it("takes a refused session for a closed region only where a region can be closed", async () => {
      service.on(DescribeDBInstancesCommand).rejects(awsError("InvalidClientTokenId", "no", 403));
      const { outcomes } = await run(regions);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(["failed", "not-enabled"]);
      expect(sts.commandCalls(AssumeRoleCommand).length, "a new session is tried").to.be.greaterThan(1);
    });

    it("asks in another region", async () => {
      ec2
        .on(DescribeRegionsCommand)
        .rejectsOnce(awsError("UnauthorizedOperation", "no", 403))
        .resolves({
          Regions: [
            { RegionName: "eu-central-1", OptInStatus: "opt-in-not-required" },
            { RegionName: "me-south-1", OptInStatus: "not-opted-in" },
          ],
        });
      service.on(DescribeDBInstancesCommand).resolves({ DBInstances: [] });
      const { outcomes } = await run(regions);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(["collected", "not-enabled"]);
      expect(outcomes[0]!.notes).to.equal(undefined);
    });
  });

  for (const [what, Regions] of [
    ["without the region", [{ RegionName: "eu-central-1", OptInStatus: "opt-in-not-required" }]],
    ["without its state", [{ RegionName: "eu-central-1", OptInStatus: "opted-in" }, { RegionName: "me-south-1" }]],
  ] as const)
    it(`never takes a region for closed where AWS answers ${what}`, async () => {
      ec2.on(DescribeRegionsCommand).resolves({ Regions: [...Regions] });
      service.on(DescribeDBInstancesCommand).resolves({ DBInstances: [] });
      const { outcomes } = await run(["eu-central-1", "me-south-1"]);
      expect(outcomes.map(({ status }) => status)).to.deep.equal(["collected", "failed"]);
      expect(outcomes[1]!.errors[0]).to.include({ operation: "DescribeRegions", code: "RegionNotNamed" });
    });

  for (const [what, error, status] of [
    ["an expired token of its own", awsError("ExpiredTokenException", "expired", 403), "failed"],
    ["a clock that is wrong", awsError("SignatureDoesNotMatch", "Signature expired", 403), "failed"],
    ["no network", Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }), "failed"],
    ["no answer of STS", awsError("TimeoutError", "no answer"), "timed-out"],
  ] as const)
    it(`tells ${what} as the audit account's, for each item`, async () => {
      sts.on(AssumeRoleCommand).rejects(error);
      const { outcomes } = await run(["eu-central-1", "us-east-1"]);
      for (const outcome of outcomes) {
        expect(outcome.status).to.equal(status);
        expect(outcome.errors[0]).to.include({ operation: "AssumeRole" });
        expect(outcome.errors[0]).not.to.have.property("action");
        expect(outcome.remedy)
          .to.match(/the caller's own credentials/)
          .and.not.match(/Deploy the member stack/);
      }
    });

  it("turns a broken trust into a denied outcome for each region, with the remedy, and calls nothing", async () => {
    sts
      .on(AssumeRoleCommand)
      .rejects(awsError("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole on resource: y", 403));
    const { outcomes, objects } = await run(["eu-central-1", "us-east-1"]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["denied", "denied"]);
    expect(outcomes[0]!.errors[0]).to.include({ action: "sts:AssumeRole", denied_by: "trust" });
    expect(outcomes[0]!.remedy).to.match(/arn:aws:iam::111111111111:role\/audit-cross-account-access-role/);
    expect(objects).to.be.empty;
    expect(service.calls()).to.be.empty;
  });

  for (const [what, error, status, by] of [
    [
      "a missing permission",
      awsError(
        "AccessDenied",
        "is not authorized to perform: rds:DescribeDBInstances on resource: * because no identity-based policy allows the rds:DescribeDBInstances action",
        403,
      ),
      "denied",
      "policy",
    ],
    [
      "an SCP",
      awsError(
        "AccessDenied",
        "is not authorized to perform: rds:DescribeDBInstances with an explicit deny in a service control policy",
        403,
      ),
      "denied",
      "scp",
    ],
    ["an internal error", awsError("InternalFailure", "oops", 500), "failed", undefined],
    ["a silent endpoint", awsError("TimeoutError", "no answer"), "timed-out", undefined],
  ] as const) {
    it(`never passes ${what} off as an empty list`, async () => {
      service.on(DescribeDBInstancesCommand).rejects(error);
      const { outcomes } = await run();
      expect(outcomes[0]!.status).to.equal(status);
      expect(outcomes[0]!.errors[0]).to.include({ operation: "DescribeDBInstances" });
      expect(outcomes[0]!.errors[0]!.denied_by).to.equal(by);
      if (status === "denied") expect(outcomes[0]!.errors[0]!.action).to.equal("rds:DescribeDBInstances");
    });
  }

  it("keeps the first page when the second is denied, and says so", async () => {
    service
      .on(DescribeDBInstancesCommand, {})
      .resolves({ DBInstances: [instance("orders")], Marker: "next" })
      .on(DescribeDBInstancesCommand, { Marker: "next" })
      .rejects(awsError("AccessDenied", "no", 403));
    const { outcomes } = await run();
    expect(outcomes[0]).to.deep.include({ status: "denied", counts: { "AWS::RDS::DBInstance": 1 } });
    expect(writtenItems()).to.have.length(1);
  });

  it("fails whole when evidence cannot be written: nothing is committed that is not there", async () => {
    service.on(DescribeDBInstancesCommand).resolves({ DBInstances: [instance("orders")] });
    s3.on(PutObjectCommand).rejects(awsError("NoSuchBucket", "The specified bucket does not exist", 404));
    let thrown: unknown;
    await run().catch((error: unknown) => {
      thrown = error;
    });
    expect(thrown).to.have.property("name", "NoSuchBucket");
  });
});
