import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  DURATIONS_KEY,
  EVIDENCE_PREFIX,
  KEYS_PREFIX,
  LATEST_PREFIX,
  LOG_PREFIX,
  NOTIFICATION_STATE_KEY,
} from "../src/evidence/layout.ts";
import { secureBucket, tlsOnly } from "./secureBucket.ts";

/** Object Lock of new evidence: nobody can delete it before the days are over (in governance mode, nobody without the bypass permission). */
export interface ObjectLock {
  mode: "GOVERNANCE" | "COMPLIANCE";
  days: number;
}

/** What an {@link EvidenceBucket} may be told; everything has a secure default. */
export interface EvidenceBucketArgs {
  /** Physical name; Pulumi's generated one when left out. */
  bucketName?: pulumi.Input<string> | undefined;
  /** Off when left out; may be switched on for a bucket that stands. */
  objectLock?: ObjectLock | undefined;
  /** Whether the bucket of that name stands already, and is taken over. */
  adopt?: boolean | undefined;
  /** ARN of the KMS key that objects are encrypted with; S3's own when left out. */
  encryptionKeyArn?: string | undefined;
}

/** Days after which parts of uploads that never ended are removed; no function lives that long. */
const ABANDONED_UPLOAD_DAYS = 1;
/** What each run writes over: derived or remembered, no evidence. */
const WRITTEN_OVER = { "latest-tables": LATEST_PREFIX, durations: DURATIONS_KEY, told: NOTIFICATION_STATE_KEY };
/** Days that its versions before are kept. */
const WRITTEN_OVER_DAYS = 30;

/**
 * TLS only; and no role of the system deletes anything, or writes over an evidence object or document that stands.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
export const bucketPolicy = (bucketArn: string, systemRoles: string) => ({
  Version: "2012-10-17",
  Statement: [
    tlsOnly(bucketArn),
    {
      Sid: "NothingIsDeleted",
      Effect: "Deny",
      Principal: "*",
      Action: [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:BypassGovernanceRetention",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
        "s3:PutLifecycleConfiguration",
      ],
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { ArnLike: { "aws:PrincipalArn": systemRoles } },
    },
    {
      Sid: "EverythingIsWrittenOnce",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: [EVIDENCE_PREFIX, "runs/", KEYS_PREFIX, LOG_PREFIX].map((prefix) => `${bucketArn}/${prefix}*`),
      Condition: {
        ArnLike: { "aws:PrincipalArn": systemRoles },
        Null: { "s3:if-none-match": "true" },
        // Beginning a multipart upload and sending its parts take no such header: completing it does.
        Bool: { "s3:ObjectCreationOperation": "true" },
      },
    },
  ],
});

/**
 * The bucket that holds runs and evidence: versioned, encrypted, private, TLS only, kept on destroy.
 * Key layout: `src/evidence/layout.ts`.
 */
export class EvidenceBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  /** @param systemRoles pattern of the ARNs of the system's own roles, which may neither delete nor overwrite */
  constructor(
    name: string,
    args: EvidenceBucketArgs & { systemRoles: pulumi.Input<string> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("audit-ecosystem:index:EvidenceBucket", name, {}, opts);
    // What protects the evidence stays with it when the stack goes.
    const child = { parent: this, retainOnDelete: true };
    const bucket = new aws.s3.Bucket(
      name,
      { bucket: args.bucketName },
      {
        ...child,
        // Object Lock is switched on by its configuration alone, in place: by the bucket, it would be made anew.
        ignoreChanges: ["objectLockEnabled"],
        ...(args.adopt && typeof args.bucketName === "string" ? { import: args.bucketName } : {}),
      },
    );
    const of = { bucket: bucket.id };
    const versioning = new aws.s3.BucketVersioning(
      name,
      { ...of, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    const policy = pulumi.all([bucket.arn, args.systemRoles]).apply((arns) => bucketPolicy(...arns));
    secureBucket(name, bucket, { policy, encryptionKeyArn: args.encryptionKeyArn }, child);
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        ...of,
        rules: [
          {
            id: "abandoned-uploads",
            status: "Enabled",
            filter: { prefix: "" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: ABANDONED_UPLOAD_DAYS },
          },
          ...Object.entries(WRITTEN_OVER).map(([id, prefix]) => ({
            id,
            status: "Enabled",
            filter: { prefix },
            noncurrentVersionExpiration: { noncurrentDays: WRITTEN_OVER_DAYS },
          })),
        ],
      },
      { ...child, dependsOn: versioning },
    );
    if (args.objectLock) {
      new aws.s3.BucketObjectLockConfiguration(
        name,
        {
          ...of,
          objectLockEnabled: "Enabled",
          rule: { defaultRetention: { mode: args.objectLock.mode, days: args.objectLock.days } },
        },
        { ...child, dependsOn: versioning },
      );
    }
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}
