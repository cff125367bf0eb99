import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketReplicationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { deploy } from "../../estate/deploy.ts";
import { handedIn } from "../../estate/handedIn.ts";
import { createSandbox } from "../../sandbox/core.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { populate } from "../../sandbox/estate/populate.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { randomOf } from "../../sandbox/random.ts";

const START = Date.UTC(2026, 10, 24);
function made() {
  const invoked: unknown[] = [];
  let clock = START;
  const sandbox = createSandbox(populate(1, 3), {
    ...handedIn,
    now: () => clock++,
    random: randomOf("in process"),
    invoke: {
      now: async (fn, event) => ({ payload: { ran: fn.FunctionName, event } }),
      later: (fn, event) => void invoked.push([fn.FunctionName, event]),
    },
  });
  const requestHandler = inProcess(sandbox);
  const client = {
    requestHandler,
    region: "eu-central-1",
    credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "any" },
  };
  return { sandbox, client, invoked };
}

describe("the sandbox in the same process", () => {
  for (const forcePathStyle of [true, false])
    it(`keeps and lists objects, the bucket in the ${forcePathStyle ? "path" : "host"}`, async () => {
      const { client } = made();
      const s3 = new S3Client({ ...client, forcePathStyle });
      const Bucket = "kept";
      await s3.send(new CreateBucketCommand({ Bucket }));
      for (const [Key, Body] of [
        ["a/1.json", "{}"],
        ["a/2.xml", "<x/>"],
        ["b/none", ""],
      ])
        await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json" }));
      const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "a/" }));
      expect(listed.Contents?.map(({ Key }) => Key)).to.deep.equal(["a/1.json", "a/2.xml"]);
      const { Body, LastModified } = await s3.send(new GetObjectCommand({ Bucket, Key: "a/2.xml" }));
      expect(await Body?.transformToString()).to.equal("<x/>");
      expect(LastModified?.getTime()).to.equal(START);
      const empty = await s3.send(new GetObjectCommand({ Bucket, Key: "b/none" }));
      expect(await empty.Body?.transformToString()).to.equal("");
    });

  it("answers each protocol, and who calls is the access key's account", async () => {
    const { client } = made();
    const { Account } = await new STSClient(client).send(new GetCallerIdentityCommand({}));
    expect(Account).to.equal(AUDIT_ACCOUNT);
    const { Regions } = await new EC2Client(client).send(new DescribeRegionsCommand({}));
    expect(Regions?.map(({ RegionName }) => RegionName)).to.include("eu-central-1");
  });

  it("takes the deployment of the program, and hands invocations to whoever runs them", async () => {
    const { client, sandbox, invoked } = made();
    const outputs = await deploy({ requestHandler: client.requestHandler }, "eu-central-1", {
      name: "audit",
      account: AUDIT_ACCOUNT,
      config: { kind: "audit", accounts: "111111111111", auditors: "rds" },
    });
    expect(sandbox.state.buckets.has(String(outputs.bucketName))).to.equal(true);
    const lambda = new LambdaClient(client);
    const invoke = { FunctionName: String(outputs.bossName), Payload: '{"regions":["eu-west-1"]}' };
    const { Payload } = await lambda.send(new InvokeCommand(invoke));
    expect(JSON.parse(Payload?.transformToString() ?? "")).to.deep.equal({
      ran: "audit-boss",
      event: { regions: ["eu-west-1"] },
    });
    await lambda.send(new InvokeCommand({ ...invoke, InvocationType: "Event" }));
    expect(invoked).to.deep.equal([["audit-boss", { regions: ["eu-west-1"] }]]);
  });

  it("does the same for the same clock and randomness", async () => {
    const answers = async () => {
      const { client, sandbox } = made();
      const s3 = new S3Client({ ...client, forcePathStyle: true });
      await s3.send(new CreateBucketCommand({ Bucket: "same" }));
      const { $metadata, VersionId } = await s3.send(new PutObjectCommand({ Bucket: "same", Key: "a", Body: "b" }));
      return { id: $metadata.requestId, VersionId, stored: sandbox.state.buckets.get("same")?.objects.get("a") };
    };
    expect(await answers()).to.deep.equal(await answers());
  });

  it("takes a subresource of a bucket that it does not serve for no other operation", async () => {
    const { client } = made();
    const s3 = new S3Client(client);
    const before = await s3.send(new ListBucketsCommand({}));
    const refused = await s3
      .send(
        new PutBucketReplicationCommand({
          Bucket: "not-there",
          ReplicationConfiguration: { Role: "arn:aws:iam::999999999999:role/r", Rules: [] },
        }),
      )
      .catch((error: Error) => error);
    expect(refused).to.have.property("name", "UnknownOperationException");
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).to.deep.equal(before.Buckets);
  });
});
