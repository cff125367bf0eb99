import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { secureBucket, tlsOnly } from "./secureBucket.ts";

/** Only over TLS. */
export const resultsPolicy = (bucketArn: string) => ({
  Version: "2012-10-17",
  Statement: [tlsOnly(bucketArn)],
});

/** Where results are left for a while: private, encrypted, TLS only, emptied by itself. */
export class ResultsBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  /** @param args days after which an object is removed, and the KMS key it is encrypted with: S3's own when left out */
  constructor(
    name: string,
    { days, encryptionKeyArn }: { days: number; encryptionKeyArn?: string | undefined },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("audit-ecosystem:index:ResultsBucket", name, {}, opts);
    const child = { parent: this };
    const bucket = new aws.s3.Bucket(name, { forceDestroy: true }, child);
    const of = { bucket: bucket.id };
    secureBucket(name, bucket, { policy: bucket.arn.apply(resultsPolicy), encryptionKeyArn }, child);
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        ...of,
        rules: [{ id: "answers", status: "Enabled", filter: { prefix: "" }, expiration: { days } }],
      },
      child,
    );
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}
