import {
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  ListBucketInventoryConfigurationsCommand,
  ListBucketsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, describe, detail } = reads("s3", "global");
// The expected owner keeps a bucket that changed hands between list and detail out of this account's evidence.
const bucket = { Bucket: "Name", ExpectedBucketOwner: "{account}" } as const;

/**
 * The region of a location: the oldest one has none, and the oldest of Europe its own word.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
 */
const regionAt = (location: string | undefined): string =>
  location === "EU" ? "eu-west-1" : (location ?? "us-east-1");

/** S3: buckets, and what decides who can reach what is in them. */
export const s3: Service = {
  name: "s3",
  title: "S3: buckets, and what decides who can reach what is in them",
  client: S3Client,
  collectors: [
    list(
      "AWS::S3::Bucket",
      // Only a listing that is asked for pages says the buckets' regions.
      from(ListBucketsCommand, "Buckets", { input: { MaxBuckets: 1000 }, action: "s3:ListAllMyBuckets" }),
      {
        id: "Name",
        arn: "arn:{partition}:s3:::{Name}",
        describe: describe(GetBucketLocationCommand, bucket, undefined, { when: ({ BucketRegion }) => !BucketRegion }),
        region: ({ BucketRegion, LocationConstraint }) => BucketRegion ?? regionAt(LocationConstraint),
        tags: tagsFrom(detail(GetBucketTaggingCommand, bucket, { none: ["NoSuchTagSet"] }), "TagSet"),
        details: [
          detail(GetBucketEncryptionCommand, bucket, {
            action: "s3:GetEncryptionConfiguration",
            none: ["ServerSideEncryptionConfigurationNotFoundError"],
          }),
          detail(GetBucketPolicyCommand, bucket, { none: ["NoSuchBucketPolicy"] }),
          detail(GetBucketPolicyStatusCommand, bucket, { none: ["NoSuchBucketPolicy"] }),
          detail(GetPublicAccessBlockCommand, bucket, {
            action: "s3:GetBucketPublicAccessBlock",
            none: ["NoSuchPublicAccessBlockConfiguration"],
          }),
          detail(GetBucketAclCommand, bucket),
          detail(GetBucketWebsiteCommand, bucket, { none: ["NoSuchWebsiteConfiguration"] }),
          detail(GetBucketCorsCommand, bucket, { action: "s3:GetBucketCORS", none: ["NoSuchCORSConfiguration"] }),
          detail(GetBucketNotificationConfigurationCommand, bucket, { action: "s3:GetBucketNotification" }),
          detail(ListBucketInventoryConfigurationsCommand, bucket, { action: "s3:GetInventoryConfiguration" }),
          detail(GetBucketVersioningCommand, bucket),
          detail(GetBucketLoggingCommand, bucket),
          detail(GetBucketOwnershipControlsCommand, bucket, { none: ["OwnershipControlsNotFoundError"] }),
          detail(GetBucketLifecycleConfigurationCommand, bucket, {
            action: "s3:GetLifecycleConfiguration",
            none: ["NoSuchLifecycleConfiguration"],
          }),
          detail(GetBucketReplicationCommand, bucket, {
            action: "s3:GetReplicationConfiguration",
            none: ["ReplicationConfigurationNotFoundError"],
          }),
          detail(GetObjectLockConfigurationCommand, bucket, {
            action: "s3:GetBucketObjectLockConfiguration",
            none: ["ObjectLockConfigurationNotFoundError"],
          }),
        ],
      },
    ),
  ],
};
