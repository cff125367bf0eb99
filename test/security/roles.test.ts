import { deployed, REGION, type System, systemOver } from "../stories/system.ts";

const MEMBER = "111111111111";

import { KMSClient, ScheduleKeyDeletionCommand, SignCommand } from "@aws-sdk/client-kms";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, use } from "chai";
import chaiAsPromised from "chai-as-promised";
import { AUDIT_ACCOUNT } from "../../sandbox/estate/organization.ts";
import { inProcess } from "../../sandbox/inProcess.ts";
import { idOf, randomOf } from "../../sandbox/random.ts";
import { newSession } from "../../sandbox/services/sts.ts";
import { bucketSource } from "../../src/evidence/bucketSource.ts";
import { keysBeside } from "../../src/evidence/publicKeys.ts";
import { type Violation, verify } from "../../src/evidence/verify.ts";

use(chaiAsPromised);

const Bucket = "evidence-audit";
const NOW = Date.UTC(2026, 10, 24, 3);
const FUNCTIONS = ["audit-boss", "audit-get-meta-iam", "audit-recorder", "audit-sealer", "audit-watchdog"];

describe("evidence, against the system's own roles", () => {
  let system: System;
  let keys: string[];
  const keyOf = (pattern: RegExp) => keys.find((key) => pattern.test(key))!;
  const clientOf = <Client>(Class: new (config: never) => Client, credentials: object): Client =>
    new Class({
      region: REGION,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      requestHandler: inProcess(system.sandbox),
    } as never);
  const root = { accessKeyId: AUDIT_ACCOUNT, secretAccessKey: "sandbox" };
  /** Credentials of the role that a function runs with: what somebody has who took the function over. */
  const of = (name: string) => {
    const fn = system.function(name);
    const { state } = system.sandbox;
    const role = state.roles.get(fn.Role)!;
    const world = { state, now: () => NOW, randomId: (length: number) => idOf(randomOf(name), length) };
    const session = newSession(
      world,
      { roleArn: role.Arn, roleName: role.RoleName, account: role.account, sessionName: name },
      3600,
    );
    return {
      accessKeyId: session.AccessKeyId!,
      secretAccessKey: session.SecretAccessKey!,
      sessionToken: session.SessionToken!,
    };
  };

  before(async function () {
    this.timeout(120_000);
    const audit = {
      kind: "audit",
      externalId: "an-external-id",
      accounts: MEMBER,
      auditors: "iam",
      bucketName: Bucket,
      schedule: "off",
      catalog: "false",
      objectLockDays: "30",
      objectLockMode: "COMPLIANCE",
    };
    const member = { kind: "member", auditAccountId: AUDIT_ACCOUNT, externalId: "an-external-id", auditors: "iam" };
    system = systemOver(
      await deployed(1, [
        { account: AUDIT_ACCOUNT, config: audit },
        { account: MEMBER, config: member },
      ]),
    );
    for (let run = 0; run < 2; run++) await system.run("audit-boss", { regions: [REGION] });
    expect(system.trouble).to.deep.equal([]);
    keys = [...system.sandbox.state.buckets.get(Bucket)!.objects.keys()];
  });

  it("holds, as the deployed system has sealed and signed it", async () => {
    const source = bucketSource(clientOf(S3Client, root), Bucket);
    const violations: Violation[] = [];
    const verdict = await verify({
      source,
      keys: keysBeside(source),
      run: "all",
      violation: (each) => violations.push(each),
      notice: () => undefined,
    });
    expect(violations).to.deep.equal([]);
    expect(verdict).to.include({ runs: 2 });
    expect(verdict.items).to.be.greaterThan(0);
    expect(verdict.head).to.include({ sequence: 2 });
  });

  for (const name of FUNCTIONS) {
    it(`${name} can neither delete nor overwrite anything that stands, versions included`, async () => {
      const s3 = clientOf(S3Client, of(name));
      for (const pattern of [
        /^evidence\//,
        /plan\.json$/,
        /\/outcomes\//,
        /manifest\.json$/,
        /manifest\.sig$/,
        /^keys\//,
        /\/chain\//,
      ]) {
        const Key = keyOf(pattern);
        const VersionId = system.sandbox.state.buckets.get(Bucket)!.objects.get(Key)!.at(-1)!.version;
        for (const [what, command] of [
          ["deletes", new DeleteObjectCommand({ Bucket, Key })],
          ["deletes the version of", new DeleteObjectCommand({ Bucket, Key, VersionId })],
          [
            "bypasses the lock of",
            new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }),
          ],
          ["overwrites", new PutObjectCommand({ Bucket, Key, Body: "forged" })],
          ["creates again", new PutObjectCommand({ Bucket, Key, Body: "forged", IfNoneMatch: "*" })],
        ] as const)
          await expect(s3.send(command as never), `${what} ${Key}`).to.be.rejectedWith(
            /not authorized|explicit deny|pre-conditions|Access Denied/i,
          );
      }
      expect(system.sandbox.state.buckets.get(Bucket)!.objects.size).to.equal(keys.length);
    });
  }

  for (const name of FUNCTIONS.filter((each) => each !== "audit-sealer")) {
    it(`${name} can neither seal nor sign`, async () => {
      const s3 = clientOf(S3Client, of(name));
      const run = keyOf(/manifest\.json$/).replace(/run_id=[^/]+/, "run_id=01ZZZZZZZZZZZZZZZZZZZZZZZZ");
      for (const Key of [run, run.replace(".json", ".sig"), "runs/chain/000000001.json", "keys/forged.pem"])
        await expect(
          s3.send(new PutObjectCommand({ Bucket, Key, Body: "{}", IfNoneMatch: "*" })),
          Key,
        ).to.be.rejectedWith(/not authorized/);
      const [KeyId] = [...system.sandbox.state.keys.keys()];
      const signing = new SignCommand({
        KeyId,
        Message: Buffer.alloc(32),
        MessageType: "DIGEST",
        SigningAlgorithm: "ECDSA_SHA_256",
      });
      await expect(clientOf(KMSClient, of(name)).send(signing)).to.be.rejectedWith(/not authorized/);
    });
  }

  it("an auditor that was taken over writes evidence of its own types alone, and reads none", async () => {
    const s3 = clientOf(S3Client, of("audit-get-meta-iam"));
    const Key = keyOf(/^evidence\//).replace(/resource_type=\w+/, "resource_type=aws_rds_dbinstance");
    await expect(s3.send(new PutObjectCommand({ Bucket, Key, Body: "x", IfNoneMatch: "*" }))).to.be.rejectedWith(
      /not authorized/,
    );
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: keyOf(/^evidence\//) }))).to.be.rejectedWith(
      /not authorized/,
    );
  });

  it("in compliance mode not even root deletes a version, and deleting a key leaves the version there", async () => {
    const s3 = clientOf(S3Client, root);
    const Key = keyOf(/^evidence\//);
    const { VersionId } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const forced = new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true });
    await expect(s3.send(forced)).to.be.rejectedWith(/object lock/);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(s3.send(new GetObjectCommand({ Bucket, Key }))).to.be.rejectedWith(/does not exist/);
    expect((await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).VersionId).to.equal(VersionId);
  });

  it("nobody, root included, shortens the waiting period of the signing key, or signs beside the sealer", async () => {
    const kms = clientOf(KMSClient, root);
    const [KeyId] = [...system.sandbox.state.keys.keys()];
    await expect(kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))).to.be.rejectedWith(
      /not authorized|deny/i,
    );
    const signing = new SignCommand({
      KeyId,
      Message: Buffer.alloc(32),
      MessageType: "DIGEST",
      SigningAlgorithm: "ECDSA_SHA_256",
    });
    await expect(kms.send(signing)).to.be.rejectedWith(/not authorized/);
  });
});
