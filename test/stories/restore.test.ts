import { mkdtemp, readdir, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { GetPublicKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { deploy } from "../../estate/deploy.ts";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { bucketSource } from "../../src/evidence/bucketSource.ts";
import { keysIn } from "../../src/evidence/publicKeys.ts";
import { pull } from "../../src/evidence/pull.ts";
import { verify } from "../../src/evidence/verify.ts";
import { evidenceS3 } from "../../src/runtime/clients.ts";
import { thisProcess } from "../../src/runtime/runtime.ts";
import { deployed, REGION, type System, systemOver } from "./system.ts";

use(chaiAsPromised);

const MEMBER = "111111111111";
const [LOST, RESTORED] = ["evidence-lost", "evidence-restored"];

describe("evidence that was pulled, and whose bucket is lost", function () {
  this.timeout(120_000);
  let system: System;
  let copy: string;
  let publicKey: string;
  const common = { externalId: "an-external-id", auditors: "rds,iam" };
  const audit = { ...common, kind: "audit", accounts: MEMBER, schedule: "off" };
  const client = () => ({
    region: REGION,
    requestHandler: inProcess(system.sandbox) as never,
    credentials: { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" },
  });
  const s3 = () => evidenceS3({ ...thisProcess, env: () => ({}), client });
  const verified = async (bucket: string) => {
    const problems: object[] = [];
    const verdict = await verify({
      source: bucketSource(s3(), bucket),
      keys: keysIn(publicKey),
      run: "all",
      violation: (each) => problems.push(each),
      notice: () => undefined,
    });
    return { verdict, problems };
  };

  before(async () => {
    system = systemOver(
      await deployed(1, [
        { account: AUDIT_ACCOUNT, config: { ...audit, bucketName: LOST } },
        { account: MEMBER, config: { ...common, kind: "member", auditAccountId: AUDIT_ACCOUNT } },
      ]),
    );
    for (const _ of [1, 2]) await system.run("audit-boss", { regions: [REGION] });
    copy = await mkdtemp(join(tmpdir(), "evidence-copy-"));
    const problem = (each: object) => expect.fail(JSON.stringify(each));
    await pull({ from: bucketSource(s3(), LOST), folder: copy, run: "all", problem, progress: () => undefined });
    const { state } = system.sandbox;
    const key = [...state.keys.values()].find(({ account }) => account === AUDIT_ACCOUNT)!;
    const { PublicKey } = await new KMSClient(client()).send(new GetPublicKeyCommand({ KeyId: key.arn }));
    const lines = Buffer.from(PublicKey!).toString("base64").replace(/.{64}/g, "$&\n");
    publicKey = `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`;

    state.buckets.delete(LOST);
    await deploy({ requestHandler: inProcess(system.sandbox) }, REGION, {
      name: "audit",
      account: AUDIT_ACCOUNT,
      config: { ...audit, bucketName: RESTORED, objectLockDays: "1" },
    });
    for (const name of await readdir(copy, { recursive: true })) {
      const file = join(copy, name);
      if (!(await stat(file)).isFile()) continue;
      const Key = relative(copy, file);
      await s3().send(new PutObjectCommand({ Bucket: RESTORED, Key, Body: await readFile(file) }));
    }
  });

  it("verifies in a new bucket with the public key that was kept, both runs and their chain", async () => {
    const { verdict, problems } = await verified(RESTORED);
    expect(problems).to.deep.equal([]);
    expect(verdict).to.deep.include({ runs: 2, violations: 0 });
    expect(verdict.objects).to.be.above(0);
    expect(verdict.head!.sequence).to.equal(2);
  });

  it("goes on with the chain: the next run in the new bucket comes after the last one restored", async () => {
    system.trouble.splice(0);
    await system.run("audit-boss", { regions: [REGION] });
    expect(system.trouble).to.deep.equal([]);
    const { verdict, problems } = await verified(RESTORED);
    expect(problems).to.deep.equal([]);
    expect(verdict).to.deep.include({ runs: 3, violations: 0 });
    expect(verdict.head!.sequence).to.equal(3);
  });

  it("is locked again: not even the account's administrator deletes what was restored", async () => {
    const { objects } = system.sandbox.state.buckets.get(RESTORED)!;
    const [Key, [version]] = [...objects].find(([key]) => key.endsWith("/manifest.json"))!;
    const deleting = new DeleteObjectCommand({ Bucket: RESTORED, Key, VersionId: version!.version });
    await expect(s3().send(deleting)).to.be.rejectedWith(/protected by object lock/);
  });

  it("has the tables of its runs, which came along, and those of the latest one again with the next run", () => {
    const { objects } = system.sandbox.state.buckets.get(RESTORED)!;
    const keys = [...objects.keys()];
    const tabled = new Set(keys.flatMap((key) => /^tables\/runs\/.*\/(\w{26})\.parquet$/.exec(key)?.[1] ?? []));
    expect(tabled).to.have.length(3);
    expect(keys.some((key) => key.startsWith("tables/latest/aws_rds_dbinstance/"))).to.equal(true);
  });
});
