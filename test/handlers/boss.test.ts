import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParameterCommand, GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Context } from "aws-lambda";
import { type AwsClientStub, mockClient } from "aws-sdk-client-mock";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import type { Plan } from "../../src/evidence/plan.ts";
import { restoreEnvironment } from "../environment.ts";

use(chaiAsPromised);

const environment = {
  AWS_REGION: "us-east-1",
  EVIDENCE_BUCKET: "evidence",
  ACCOUNTS_PARAMETER: "/audit-ecosystem/accounts",
  AUDITOR_FUNCTION_PREFIX: "audit-get-meta-",
  SEALER_FUNCTION: "audit-sealer",
};
const context = { functionName: "audit-boss", awsRequestId: "request" } as Context;
let ssm: AwsClientStub<SSMClient>;
let lambda: AwsClientStub<LambdaClient>;
let s3: AwsClientStub<S3Client>;
let ec2: AwsClientStub<EC2Client>;
let organizations: AwsClientStub<OrganizationsClient>;

const plan = (): Plan =>
  JSON.parse(
    s3.commandCalls(PutObjectCommand).find(({ args }) => args[0].input.Key?.endsWith("plan.json"))!.args[0].input
      .Body as string,
  );

describe("boss", () => {
  let handler: (event: unknown, context: Context) => Promise<Record<string, unknown>>;
  const environmentBefore = { ...process.env };

  before(async () => {
    ssm = mockClient(SSMClient);
    lambda = mockClient(LambdaClient);
    s3 = mockClient(S3Client);
    ec2 = mockClient(EC2Client);
    organizations = mockClient(OrganizationsClient);
    Object.assign(process.env, environment);
    const { bossHandler } = await import("../../handlers/boss.ts");
    handler = bossHandler([
      { name: "rds", global: [], regional: ["AWS::RDS::DBInstance"] },
      { name: "iam", global: ["AWS::IAM::User"], regional: [] },
    ]) as unknown as typeof handler;
  });
  after(() => {
    restoreEnvironment(environmentBefore);
    for (const mock of [ssm, lambda, s3, ec2, organizations]) mock.restore();
  });
  beforeEach(() => {
    delete process.env.ACCOUNT_SOURCE;
    delete process.env.ORGANIZATIONAL_UNITS;
    delete process.env.EXCLUDE_ACCOUNTS;
    for (const mock of [ssm, lambda, s3, ec2, organizations]) mock.reset();
    ec2.on(DescribeRegionsCommand).resolves({
      Regions: [{ RegionName: "us-east-1" }, { RegionName: "eu-central-1" }, { RegionName: "ap-east-1" }],
    });
    ssm.on(GetParameterCommand).resolves({ Parameter: { Value: "111111111111,222222222222" } });
    lambda.on(InvokeCommand).resolves({ StatusCode: 202 });
    s3.on(PutObjectCommand).resolves({});
    s3.on(ListObjectsV2Command).resolves({});
  });

  it("plans everything, writes the plan create-only, and only then invokes each auditor for each account", async () => {
    const answer = await handler({}, context);
    expect(answer).to.include({ tasks: 4, planned_items: 8, not_started: 0, bucket: "evidence" });
    expect(answer.manifest_key).to.match(/^runs\/run_date=\d{4}-\d\d-\d\d\/run_id=[0-9A-Z]{26}\/manifest\.json$/);
    expect(s3.commandCalls(PutObjectCommand)[0]!.args[0].input.IfNoneMatch).to.equal("*");
    const invoked = lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
    expect(invoked.map(({ FunctionName }) => FunctionName).sort()).to.deep.equal([
      "audit-get-meta-iam",
      "audit-get-meta-iam",
      "audit-get-meta-rds",
      "audit-get-meta-rds",
    ]);
    expect(invoked.every(({ InvocationType }) => InvocationType === "Event")).to.equal(true);
    expect(plan().accounts).to.deep.equal(["111111111111", "222222222222"]);
  });

  it("starts what took longest in the last whole run first, and plans the same", async () => {
    const ms = { rds: [10, 30], iam: [20, 40] };
    const text = JSON.stringify({
      format: "audit-ecosystem/durations/1",
      run_id: "01JDT3SAPG0000000000000000",
      accounts: ["111111111111", "222222222222"],
      ms,
    });
    s3.on(GetObjectCommand).resolves({
      ContentLength: text.length,
      Body: { transformToByteArray: async () => Buffer.from(text) } as never,
    });
    expect(await handler({}, context)).to.include({ tasks: 4, planned_items: 8, not_started: 0 });
    expect(s3.commandCalls(GetObjectCommand)[0]!.args[0].input.Key).to.equal("hints/durations.json");
    const started = lambda.commandCalls(InvokeCommand).map(({ args }) => {
      const { task } = JSON.parse(args[0].input.Payload as string);
      return `${task.auditor} ${task.accounts}`;
    });
    expect(started).to.deep.equal(["iam 222222222222", "rds 222222222222", "iam 111111111111", "rds 111111111111"]);
    expect(plan().tasks.map(({ auditor, accounts }) => `${auditor} ${accounts}`)).to.deep.equal(started);
  });

  for (const [what, answer] of [
    ["may not be read", () => Promise.reject(new Error("AccessDenied"))],
    ["is no JSON", () => Promise.resolve({ Body: { transformToByteArray: async () => Buffer.from("<html>") } })],
    ["is too large to be looked at", () => Promise.resolve({ ContentLength: 3_000_000 })],
    ["does not come", () => new Promise(() => undefined)],
  ] as const)
    it(`starts in the order of auditors and accounts where the hint ${what}`, async () => {
      s3.on(GetObjectCommand).callsFake(answer);
      expect(await handler({}, context)).to.include({ tasks: 4, planned_items: 8, not_started: 0 });
      expect(plan().tasks.map(({ id }) => id)).to.deep.equal(["rds-0000", "rds-0001", "iam-0000", "iam-0001"]);
    });

  it("narrows a run to the accounts, auditors and regions of its payload", async () => {
    const answer = await handler({ accounts: ["222222222222"], auditors: ["rds"], regions: ["eu-central-1"] }, context);
    expect(answer).to.include({ tasks: 1, planned_items: 1 });
    expect(plan().tasks[0]).to.deep.include({ accounts: ["222222222222"], regions: ["eu-central-1"] });
    expect(plan().narrowed).to.have.members(["accounts", "auditors", "regions"]);
  });

  it("plans a run of everything, also where everything is named", async () => {
    await handler({ accounts: ["222222222222", "111111111111"] }, context);
    expect(plan()).not.to.have.property("narrowed");
  });

  for (const [what, value, problem] of [
    ["eleven digits", "11111111111", /"11111111111" at position 1.*12 digits.*pulumi config set accounts/],
    ["a word", "111111111111,prod", /"prod" at position 2/],
    ["an id twice", "111111111111,111111111111", /listed twice/],
    ["nothing", "", /no accounts/],
    ["commas only", ", ,", /no accounts/],
  ] as const) {
    it(`refuses a list with ${what} and starts nothing`, async () => {
      ssm.on(GetParameterCommand).resolves({ Parameter: { Value: value } });
      await expect(handler({}, context)).to.be.rejectedWith(problem);
      expect(lambda.calls()).to.be.empty;
      expect(s3.commandCalls(PutObjectCommand)).to.be.empty;
    });
  }

  for (const [what, payload, problem] of [
    ["an unknown auditor", { auditors: ["rdss"] }, /rdss not among those configured: rds, iam/],
    ["an account outside the list", { accounts: ["333333333333"] }, /333333333333 not among/],
    ["an unknown region", { regions: ["mars-north-1"] }, /mars-north-1 not among/],
    ["a misspelt key", { account: ["111111111111"] }, /Unrecognized key.*Try/],
    ["a string where a list belongs", { accounts: "111111111111" }, /accounts: .*expected array/],
    ["an empty list", { auditors: [] }, /auditors: /],
    ["a list for an object", [], /expected object/],
  ] as const) {
    it(`refuses a payload with ${what} and starts nothing`, async () => {
      await expect(handler(payload, context)).to.be.rejectedWith(problem);
      expect(lambda.calls()).to.be.empty;
      expect(s3.commandCalls(PutObjectCommand)).to.be.empty;
    });
  }

  it("reads more accounts than one parameter holds from the parameters below its path", async () => {
    ssm.on(GetParameterCommand).rejects(Object.assign(new Error("none"), { name: "ParameterNotFound" }));
    ssm
      .on(GetParametersByPathCommand)
      .resolvesOnce({ Parameters: [{ Value: "111111111111" }], NextToken: "more" })
      .resolves({ Parameters: [{ Value: "222222222222,333333333333" }] });
    expect(await handler({}, context)).to.include({ tasks: 6 });
  });

  it("has the run sealed itself where no task of it could be invoked", async () => {
    const keys: string[] = [];
    s3.on(PutObjectCommand).callsFake(({ Key }: { Key: string }) => {
      keys.push(Key);
      return {};
    });
    s3.on(ListObjectsV2Command).callsFake(({ Prefix }: { Prefix: string }) => {
      const found = keys.filter((key) => key.startsWith(Prefix));
      return { KeyCount: found.length, Contents: found.map((Key) => ({ Key, Size: 2 })) };
    });
    lambda.on(InvokeCommand).callsFake(({ FunctionName }: { FunctionName: string }) => {
      if (FunctionName.startsWith(environment.AUDITOR_FUNCTION_PREFIX)) throw new Error("no such function");
      return { StatusCode: 202 };
    });
    const { run_id } = await handler({}, context);
    const sealed = lambda
      .commandCalls(InvokeCommand)
      .map(({ args }) => args[0].input)
      .filter(({ FunctionName }) => FunctionName === environment.SEALER_FUNCTION);
    expect(sealed.map(({ Payload }) => JSON.parse(String(Payload)).run_id)).to.deep.equal([run_id]);
  });

  it("records a task that could not be invoked as failed, and goes on with the others", async () => {
    lambda.on(InvokeCommand, { FunctionName: "audit-get-meta-iam" }).rejects(new Error("no such function"));
    s3.on(ListObjectsV2Command).resolves({});
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    s3.on(GetObjectCommand).callsFake(() => ({
      Body: { transformToByteArray: async () => Buffer.from(JSON.stringify(plan())) },
    }));
    expect(await handler({}, context)).to.include({ tasks: 4, not_started: 2 });
    const outcomes = s3
      .commandCalls(PutObjectCommand)
      .map(({ args }) => args[0].input)
      .filter(({ Key }) => Key?.includes("/outcomes/iam-"));
    expect(outcomes).to.have.length(2);
    expect(JSON.parse(outcomes[0]!.Body as string).outcomes[0]).to.include({ status: "failed", region: "global" });
  });

  describe("with AWS Organizations as the source", () => {
    const account = (Id: string, State = "ACTIVE") => ({ Id, State: State as "ACTIVE" });
    beforeEach(() => {
      process.env.ACCOUNT_SOURCE = "organizations";
    });

    it("reads past empty pages, leaves out what is not active, and says so", async () => {
      process.env.EXCLUDE_ACCOUNTS = "444444444444";
      organizations
        .on(ListAccountsCommand)
        .resolvesOnce({ Accounts: [account("111111111111")], NextToken: "a" })
        .resolvesOnce({ Accounts: [], NextToken: "b" })
        .resolves({ Accounts: [account("222222222222", "SUSPENDED"), account("444444444444")] });
      const answer = await handler({}, context);
      expect(answer.tasks).to.equal(2);
      expect(answer.excluded_accounts).to.deep.equal([
        { account_id: "222222222222", reason: "account is SUSPENDED" },
        { account_id: "444444444444", reason: "excluded by configuration" },
      ]);
      expect(plan().excluded).to.have.length(2);
      expect(ssm.calls()).to.be.empty;
    });

    it("takes the accounts of the named units and of those below them", async () => {
      process.env.ORGANIZATIONAL_UNITS = "ou-root-parent";
      organizations
        .on(ListOrganizationalUnitsForParentCommand, { ParentId: "ou-root-parent" })
        .resolves({ OrganizationalUnits: [{ Id: "ou-root-child" }] })
        .on(ListOrganizationalUnitsForParentCommand, { ParentId: "ou-root-child" })
        .resolves({ OrganizationalUnits: [] })
        .on(ListAccountsForParentCommand, { ParentId: "ou-root-parent" })
        .resolves({ Accounts: [account("111111111111")] })
        .on(ListAccountsForParentCommand, { ParentId: "ou-root-child" })
        .resolves({ Accounts: [account("222222222222")] })
        .on(ListAccountsCommand)
        .resolves({ Accounts: ["111111111111", "222222222222", "333333333333"].map((id) => account(id)) });
      await handler({}, context);
      expect(plan().accounts).to.deep.equal(["111111111111", "222222222222"]);
      expect(plan().organization).to.deep.include({ accounts: 3, not_in_scope: ["333333333333"] });
    });
  });
});
