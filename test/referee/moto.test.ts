import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { gunzipSync } from "node:zlib";
import { CreateRoleCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { plannedAuditor } from "../../src/auditors/collector.ts";
import { loadAuditors } from "../../src/auditors/registry.ts";
import { accessByRole } from "../../src/collect/accountSession.ts";
import { awsClock } from "../../src/collect/awsClock.ts";
import { runTask } from "../../src/collect/task.ts";
import { bucketStore } from "../../src/evidence/bucketStore.ts";
import type { Item } from "../../src/evidence/item.ts";
import { GLOBAL } from "../../src/evidence/plan.ts";
import type { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import { restoreEnvironment } from "../environment.ts";

const MEMBERS = ["111111111111", "222222222222"];
const REGIONS = ["eu-central-1", "us-east-1"];
const ROLE = "audit-cross-account-access-role";
const present = (command: string) => spawnSync("which", [command]).status === 0;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
};

/** Collects from moto, an AWS that nobody here wrote, and compares with what the AWS CLI lists there. */
describe("moto and the AWS CLI as referees", function () {
  this.timeout(120_000);
  let moto: ChildProcess;
  let endpoint: string;
  const environment = { ...process.env };
  const root = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" };
  const client = <T>(of: new (config: object) => T, region: string, credentials: object): T =>
    new of({ region, endpoint, credentials, forcePathStyle: true });
  const member = async (account: string) => {
    const { Credentials } = await client(STSClient, "us-east-1", root).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/${ROLE}`, RoleSessionName: "estate" }),
    );
    return {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
  };
  const awsCli = (credentials: Awaited<ReturnType<typeof member>>, region: string, ...args: string[]): string[] =>
    JSON.parse(
      execFileSync("aws", ["--endpoint-url", endpoint, "--region", region, "--output", "json", ...args], {
        env: {
          ...environment,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_SESSION_TOKEN: credentials.sessionToken,
        },
        encoding: "utf8",
      }) || "[]",
    );

  before(async function () {
    for (const command of ["moto_server", "aws"]) {
      if (present(command)) continue;
      if (process.env.CI) throw new Error(`${command} is required where CI is set`);
      console.log(`      skipped: ${command} is not on this machine`);
      this.skip();
    }
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    moto = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
    for (let up = false; !up; ) {
      if (moto.exitCode !== null) throw new Error(`moto_server ended with ${moto.exitCode}`);
      up = await fetch(`${endpoint}/moto-api/`).then(
        ({ ok }) => ok,
        () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 50)),
      );
    }
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: root.accessKeyId,
      AWS_SECRET_ACCESS_KEY: root.secretAccessKey,
    });
    await client(S3Client, "us-east-1", root).send(new CreateBucketCommand({ Bucket: "evidence" }));
    for (const [index, account] of MEMBERS.entries()) {
      const credentials = await member(account);
      for (const region of REGIONS) {
        for (let i = 0; i < 3; i++) {
          await client(RDSClient, region, credentials).send(
            new CreateDBInstanceCommand({
              DBInstanceIdentifier: `db-${index}-${i}`,
              DBInstanceClass: "db.t3.micro",
              Engine: "postgres",
              AllocatedStorage: 20,
              MasterUsername: "admin1",
              MasterUserPassword: "password1234",
              Tags: i ? [{ Key: "team", Value: `team-${i}` }] : [],
            }),
          );
        }
      }
      const iam = client(IAMClient, "us-east-1", credentials);
      await iam.send(new CreateUserCommand({ UserName: `user-${index}`, Tags: [{ Key: "a", Value: "b" }] }));
      await iam.send(new CreateRoleCommand({ RoleName: `role-${index}`, AssumeRolePolicyDocument: "{}" })).catch(() =>
        iam.send(
          new CreateRoleCommand({
            RoleName: `role-${index}`,
            AssumeRolePolicyDocument: JSON.stringify({
              Version: "2012-10-17",
              Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
            }),
          }),
        ),
      );
      await client(S3Client, "us-east-1", credentials).send(new CreateBucketCommand({ Bucket: `bucket-${account}` }));
    }
  });
  after(() => {
    restoreEnvironment(environment);
    moto?.kill();
  });

  const collect = async (name: string): Promise<TaskOutcome> => {
    const [auditor] = await loadAuditors([name]);
    const { global } = plannedAuditor(auditor!);
    return runTask({
      clock: awsClock(),
      runId: "01JDT3SAPG0000000000000000",
      date: "2026-11-24",
      task: {
        id: `${name}-0000`,
        auditor: name,
        accounts: MEMBERS,
        regions: global.length ? [GLOBAL] : REGIONS,
        group: { index: 0, tasks: 1, of: 1 },
      },
      attempt: "a",
      auditor: {
        name,
        services: auditor!.services.map((service) => ({
          ...service,
          // forcePathStyle: moto's bucket names do not resolve as hosts.
          client: class {
            constructor(config: object) {
              // biome-ignore lint/correctness/noConstructorReturn: stands in for the service's own client
              return new service.client({ ...config, forcePathStyle: true } as never);
            }
          } as never,
        })),
      },
      digestKey: "0123456789abcdef",
      apiShare: 1,
      account: "999999999999",
      access: accessByRole(client(STSClient, "us-east-1", root), {
        partition: "aws",
        roleName: ROLE,
        externalId: "external",
      }),
      evidence: bucketStore(client(S3Client, "us-east-1", root), "evidence"),
      homeRegion: "us-east-1",
      client: (requestHandler) => ({ requestHandler }),
      deadline: AbortSignal.timeout(60_000),
      now: Date.now,
      wait: async () => undefined,
    });
  };
  const itemsOf = async (outcome: TaskOutcome, type: string): Promise<Item[]> => {
    const s3 = client(S3Client, "us-east-1", root);
    const objects = outcome.objects.filter(({ resource_type }) => resource_type === type);
    const texts = await Promise.all(
      objects.map(async ({ key, bytes }) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: "evidence", Key: key }));
        const body = await Body!.transformToByteArray();
        expect(body.length).to.equal(bytes);
        return gunzipSync(body).toString().trim();
      }),
    );
    return texts.flatMap((text) => text.split("\n").map((line) => JSON.parse(line) as Item));
  };

  it("RDS: the instances of each account and region are those the AWS CLI lists, with their tags", async () => {
    const outcome = await collect("rds");
    const items = await itemsOf(outcome, "AWS::RDS::DBInstance");
    for (const account of MEMBERS) {
      for (const region of REGIONS) {
        const listed = awsCli(
          await member(account),
          region,
          "rds",
          "describe-db-instances",
          "--query",
          "DBInstances[].DBInstanceArn",
        );
        const collected = items.filter((item) => item.account_id === account && item.region === region);
        expect(listed).to.have.length(3);
        expect(collected.map(({ arn }) => arn)).to.have.members(listed);
        expect(collected.find(({ resource_id }) => resource_id.endsWith("-1"))!.tags).to.deep.equal({ team: "team-1" });
      }
    }
    for (const { errors } of outcome.outcomes) expect(errors.filter(({ code }) => code === "AccessDenied")).to.be.empty;
  });

  it("IAM: users and roles are those the AWS CLI lists", async () => {
    const outcome = await collect("iam");
    for (const [type, command, query] of [
      ["AWS::IAM::User", "list-users", "Users[].Arn"],
      ["AWS::IAM::Role", "list-roles", "Roles[].Arn"],
    ] as const) {
      const items = await itemsOf(outcome, type);
      for (const account of MEMBERS) {
        const listed = awsCli(await member(account), "us-east-1", "iam", command, "--query", query);
        expect(listed).not.to.be.empty;
        expect(items.filter((item) => item.account_id === account).map(({ arn }) => arn)).to.have.members(listed);
      }
    }
  });

  it("S3: buckets are those the AWS CLI lists, and a bucket without a policy says so", async () => {
    const items = await itemsOf(await collect("s3"), "AWS::S3::Bucket");
    for (const account of MEMBERS) {
      const listed = awsCli(await member(account), "us-east-1", "s3api", "list-buckets", "--query", "Buckets[].Name");
      const collected = items.filter((item) => item.account_id === account);
      expect(collected.map(({ resource_id }) => resource_id)).to.have.members(listed);
      expect(collected[0]!.configuration).to.have.property("GetBucketPolicy", null);
    }
  });

  it("nothing lies in the bucket but what the outcomes list", async () => {
    const { Contents } = await client(S3Client, "us-east-1", root).send(
      new ListObjectsV2Command({ Bucket: "evidence" }),
    );
    expect(Contents!.every(({ Key }) => Key!.startsWith("evidence/resource_type="))).to.equal(true);
  });
});
