import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** A statement of a bucket's policy that lets nobody in without TLS. */
export const tlsOnly = (bucketArn: string) => ({
  Sid: "TlsOnly",
  Effect: "Deny" as const,
  Principal: "*" as const,
  Action: "s3:*",
  Resource: [bucketArn, `${bucketArn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

/** With a bucket key, which asks KMS once for many objects. */
const encryption = (keyArn: string | undefined) =>
  keyArn
    ? {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
        bucketKeyEnabled: true,
      }
    : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };

/**
 * What every bucket of the system has: encryption, no public access, no ACLs, and its policy.
 * @param how the policy, and the ARN of the KMS key that objects are encrypted with: S3's own when left out
 */
export function secureBucket(
  name: string,
  bucket: aws.s3.Bucket,
  { policy, encryptionKeyArn }: { policy: pulumi.Input<object>; encryptionKeyArn?: string | undefined },
  options: pulumi.CustomResourceOptions,
): void {
  const of = { bucket: bucket.id };
  new aws.s3.BucketServerSideEncryptionConfiguration(name, { ...of, rules: [encryption(encryptionKeyArn)] }, options);
  const closed = new aws.s3.BucketPublicAccessBlock(
    name,
    { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    options,
  );
  new aws.s3.BucketOwnershipControls(name, { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }, options);
  new aws.s3.BucketPolicy(
    name,
    { ...of, policy: pulumi.output(policy).apply((document) => JSON.stringify(document)) },
    { ...options, dependsOn: closed },
  );
}
