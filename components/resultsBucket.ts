import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Only over TLS. */
export const resultsPolicy = (bucketArn: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
});

/** Where results are left for a while: private, encrypted, TLS only, emptied by itself. */
export class ResultsBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  /** @param days after which an object is removed */
  constructor(name: string, days: number, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:ResultsBucket", name, {}, opts);
    const child = { parent: this };
    const bucket = new aws.s3.Bucket(name, { forceDestroy: true }, child);
    const of = { bucket: bucket.id };
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      child,
    );
    const closed = new aws.s3.BucketPublicAccessBlock(
      name,
      { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      child,
    );
    new aws.s3.BucketOwnershipControls(name, { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } }, child);
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        ...of,
        rules: [{ id: "answers", status: "Enabled", filter: { prefix: "" }, expiration: { days } }],
      },
      child,
    );
    new aws.s3.BucketPolicy(
      name,
      { ...of, policy: bucket.arn.apply((arn) => JSON.stringify(resultsPolicy(arn))) },
      { ...child, dependsOn: closed },
    );
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}
