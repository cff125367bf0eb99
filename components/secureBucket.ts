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

/** What every bucket of the system has: encryption, no public access, no ACLs, and its policy. */
export function secureBucket(
  name: string,
  bucket: aws.s3.Bucket,
  policy: pulumi.Input<object>,
  options: pulumi.CustomResourceOptions,
): void {
  const of = { bucket: bucket.id };
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    options,
  );
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
