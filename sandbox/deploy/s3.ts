import * as sdk from "@aws-sdk/client-s3";
import { capitals, hex, type Inputs, type Provider, type Providers, upsert } from "./provider.ts";

const setting =
  (set: (Bucket: string, inputs: Inputs) => object): Provider =>
  async (inputs, _name, to) => {
    await to.client(sdk.S3Client).send(set(inputs.bucket, inputs) as never);
    return { id: inputs.bucket };
  };

/** The evidence bucket and its settings, each a resource of its own as in the provider. */
export const s3Providers: Providers = {
  "aws:s3/bucket:Bucket": async (inputs, name, to) => {
    const bucket = inputs.bucket ?? `${name}-${hex(`${to.account} ${name}`, 7)}`;
    await upsert(
      () => to.client(sdk.S3Client).send(new sdk.CreateBucketCommand({ Bucket: bucket })),
      "BucketAlreadyOwnedByYou",
    );
    return { id: bucket, state: { bucket, arn: `arn:aws:s3:::${bucket}` } };
  },
  "aws:s3/bucketVersioning:BucketVersioning": setting(
    (Bucket, { versioningConfiguration: { status } }) =>
      new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: status } }),
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    (Bucket, { rules }) =>
      new sdk.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: rules.map((rule: Inputs) => ({
            BucketKeyEnabled: rule.bucketKeyEnabled,
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: rule.applyServerSideEncryptionByDefault.sseAlgorithm,
              KMSMasterKeyID: rule.applyServerSideEncryptionByDefault.kmsMasterKeyId,
            },
          })),
        },
      }),
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting(
    (Bucket, { bucket: _bucket, ...block }) =>
      new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: capitals(block) }),
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting(
    (Bucket, { rule }) =>
      new sdk.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [capitals(rule)] } }),
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(
    (Bucket, { rules }) =>
      new sdk.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: rules.map(({ id, ...rule }: Inputs) => ({ ID: id, ...capitals(rule) })),
        },
      }),
  ),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": setting(
    (Bucket, { rule }) =>
      new sdk.PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: capitals(rule) },
      }),
  ),
  "aws:s3/bucketPolicy:BucketPolicy": setting(
    (Bucket, { policy }) => new sdk.PutBucketPolicyCommand({ Bucket, Policy: policy }),
  ),
};
