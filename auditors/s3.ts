import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Auditor, collector as collectorOf, detail as detailOf, tagsFrom } from "./collector.ts";

const collector = collectorOf("s3");
const detail = detailOf("s3");
// The expected owner keeps a bucket that changed hands between list and detail out of this account's evidence.
const ofBucket = ({ Name }: { Name: string }, { account }: { account: string }) => ({
  Bucket: Name,
  ExpectedBucketOwner: account,
});

/** S3: buckets, and what decides who can reach what is in them. */
export const s3: Auditor = {
  name: "s3",
  scope: "global",
  client: S3Client,
  collectors: [
    collector({
      type: "AWS::S3::Bucket",
      command: ListBucketsCommand,
      operation: "ListBuckets",
      action: "s3:ListAllMyBuckets",
      input: { MaxBuckets: 1000 },
      page: { input: "ContinuationToken", output: "ContinuationToken" },
      items: "Buckets",
      id: "Name",
      arn: "arn:{partition}:s3:::{Name}",
      region: "BucketRegion",
      tags: tagsFrom(
        "TagSet",
        detail("GetBucketTagging", GetBucketTaggingCommand, ofBucket, { none: ["NoSuchTagSet"] }),
      ),
      details: [
        detail("GetBucketEncryption", GetBucketEncryptionCommand, ofBucket, {
          action: "s3:GetEncryptionConfiguration",
          none: ["ServerSideEncryptionConfigurationNotFoundError"],
        }),
        detail("GetBucketPolicy", GetBucketPolicyCommand, ofBucket, { none: ["NoSuchBucketPolicy"] }),
        detail("GetBucketPolicyStatus", GetBucketPolicyStatusCommand, ofBucket, { none: ["NoSuchBucketPolicy"] }),
        detail("GetPublicAccessBlock", GetPublicAccessBlockCommand, ofBucket, {
          action: "s3:GetBucketPublicAccessBlock",
          none: ["NoSuchPublicAccessBlockConfiguration"],
        }),
        detail("GetBucketVersioning", GetBucketVersioningCommand, ofBucket),
        detail("GetBucketLogging", GetBucketLoggingCommand, ofBucket),
        detail("GetBucketOwnershipControls", GetBucketOwnershipControlsCommand, ofBucket, {
          none: ["OwnershipControlsNotFoundError"],
        }),
        detail("GetBucketLifecycleConfiguration", GetBucketLifecycleConfigurationCommand, ofBucket, {
          action: "s3:GetLifecycleConfiguration",
          none: ["NoSuchLifecycleConfiguration"],
        }),
        detail("GetBucketReplication", GetBucketReplicationCommand, ofBucket, {
          action: "s3:GetReplicationConfiguration",
          none: ["ReplicationConfigurationNotFoundError"],
        }),
        detail("GetObjectLockConfiguration", GetObjectLockConfigurationCommand, ofBucket, {
          action: "s3:GetBucketObjectLockConfiguration",
          none: ["ObjectLockConfigurationNotFoundError"],
        }),
      ],
    }),
  ],
};
