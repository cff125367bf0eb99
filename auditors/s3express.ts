import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  ListDirectoryBucketsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { reads, type Service } from "./collector.ts";

const { from, list, detail } = reads("s3express");
const bucket = { Bucket: "Name", ExpectedBucketOwner: "{account}" } as const;

/** S3 Express: buckets of one zone, which the list of buckets leaves out. */
export const s3express: Service = {
  name: "s3express",
  title: "S3 Express: directory buckets with policy and encryption",
  client: S3Client,
  collectors: [
    list(
      "AWS::S3Express::DirectoryBucket",
      from(ListDirectoryBucketsCommand, "Buckets", { action: "s3express:ListAllMyDirectoryBuckets" }),
      {
        id: "Name",
        arn: "arn:{partition}:s3express:{region}:{account}:bucket/{Name}",
        details: [
          detail(GetBucketPolicyCommand, bucket, { none: ["NoSuchBucketPolicy"] }),
          detail(GetBucketEncryptionCommand, bucket, {
            action: "s3express:GetEncryptionConfiguration",
            none: ["ServerSideEncryptionConfigurationNotFoundError"],
          }),
        ],
      },
    ),
  ],
};
