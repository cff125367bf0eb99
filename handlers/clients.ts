import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";

/**
 * S3 for evidence. A custom endpoint is addressed by path: a bucket's name need not resolve as a host there.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export const evidenceS3 = (): S3Client =>
  new S3Client({ forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL ?? process.env.AWS_ENDPOINT_URL_S3) });

export const lambdaClient = (): LambdaClient => new LambdaClient({ retryMode: "adaptive", maxAttempts: 6 });
