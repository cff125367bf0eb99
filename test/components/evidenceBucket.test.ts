import { expect } from "chai";
import { bucketPolicy, EvidenceBucket } from "../../components/evidenceBucket.ts";
import { DURATIONS_KEY, LATEST_PREFIX, NOTIFICATION_STATE_KEY } from "../../src/evidence/layout.ts";
import { type Recording, recorded } from "./recorded.ts";

const systemRoles = "arn:aws:iam::999999999999:role/audit-ecosystem/*";
const bucketWith = (args: Partial<ConstructorParameters<typeof EvidenceBucket>[1]> = {}): Promise<Recording> =>
  recorded(() => new EvidenceBucket("evidence", { systemRoles, ...args }));

describe("EvidenceBucket", () => {
  it("is versioned, encrypted, private and its owner's, and stays when the stack is destroyed", async () => {
    const made = await bucketWith();
    expect(made.one("Bucket").retainOnDelete).to.equal(true);
    expect(made.one("BucketVersioning").inputs.versioningConfiguration).to.deep.equal({ status: "Enabled" });
    const [encryption] = made.one("BucketServerSideEncryptionConfiguration").inputs.rules;
    expect(encryption.applyServerSideEncryptionByDefault.sseAlgorithm).to.be.a("string").that.is.not.empty;
    expect(made.one("BucketPublicAccessBlock").inputs).to.deep.include({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(made.one("BucketOwnershipControls").inputs.rule).to.deep.equal({ objectOwnership: "BucketOwnerEnforced" });
  });

  it("cleans up uploads that never ended, and never expires evidence", async () => {
    const { rules } = (await bucketWith()).one("BucketLifecycleConfiguration").inputs;
    expect(rules.some((rule: object) => "abortIncompleteMultipartUpload" in rule)).to.equal(true);
    for (const rule of rules) {
      expect(rule, "evidence would go with it").not.to.have.property("expiration");
      if ("noncurrentVersionExpiration" in rule)
        expect(rule.filter.prefix).to.be.oneOf(["tables/latest/", DURATIONS_KEY, NOTIFICATION_STATE_KEY]);
    }
  });

  it("forgets after a while the versions before of what each run writes over, which is no evidence", async () => {
    const { rules } = (await bucketWith()).one("BucketLifecycleConfiguration").inputs;
    for (const key of [`${LATEST_PREFIX}aws_s3_bucket/part-0.parquet`, DURATIONS_KEY, NOTIFICATION_STATE_KEY]) {
      const covering = rules.filter(({ filter }: { filter: { prefix: string } }) => key.startsWith(filter.prefix));
      const days = covering.map(
        (rule: { noncurrentVersionExpiration?: { noncurrentDays: number } }) =>
          rule.noncurrentVersionExpiration?.noncurrentDays,
      );
      expect(days, key).to.include(30);
    }
  });

  it("has a generated name, or the one it is told", async () => {
    expect((await bucketWith()).one("Bucket").inputs).not.to.have.property("bucket");
    const named = await bucketWith({ bucketName: "audit-metadata-bucket" });
    expect(named.one("Bucket").inputs.bucket).to.equal("audit-metadata-bucket");
  });

  it("locks objects only where it is told so, and never by the bucket itself, which would be made anew", async () => {
    const open = await bucketWith();
    expect(open.of("BucketObjectLockConfiguration")).to.be.empty;
    const locked = await bucketWith({ objectLock: { mode: "COMPLIANCE", days: 365 } });
    for (const made of [open, locked]) expect(made.one("Bucket").inputs).not.to.have.property("objectLockEnabled");
    expect(locked.one("BucketObjectLockConfiguration").inputs.objectLockEnabled).to.equal("Enabled");
    expect(locked.one("BucketObjectLockConfiguration").inputs.rule.defaultRetention).to.deep.equal({
      mode: "COMPLIANCE",
      days: 365,
    });
  });

  it("refuses what does not come over TLS, and lets no role of the system delete or replace", async () => {
    const made = await bucketWith();
    const arn = "arn:aws:test:eu-central-1:999999999999:Bucket/evidence";
    const policy = JSON.parse(made.one("BucketPolicy").inputs.policy);
    expect(policy).to.deep.equal(bucketPolicy(arn, systemRoles));
    const bySid = new Map(policy.Statement.map((each: { Sid: string }) => [each.Sid, each]));
    expect(policy.Statement.every(({ Effect }: { Effect: string }) => Effect === "Deny")).to.equal(true);
    expect(bySid.get("TlsOnly")).to.deep.include({
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(bySid.get("NothingIsDeleted")).to.deep.include({
      Condition: { ArnLike: { "aws:PrincipalArn": systemRoles } },
    });
    expect(bySid.get("EverythingIsWrittenOnce")).to.deep.include({
      Resource: [`${arn}/evidence/*`, `${arn}/runs/*`, `${arn}/keys/*`, `${arn}/log/*`],
    });
  });
});
