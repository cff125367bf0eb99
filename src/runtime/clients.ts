import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { withCachedConfig } from "../collect/cachedConfig.ts";
import type { Waits } from "../collect/clientOptions.ts";
import { withGenuineAnswers } from "../collect/genuineAnswers.ts";
import { type Runtime, thisProcess } from "./runtime.ts";

/** A call within the audit account that takes longer is lost; a retry is quicker than the function's time-out. */
export const WAITS: Waits = { connectionTimeout: 3_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/**
 * S3 for evidence. A custom endpoint is addressed by path: a bucket's name need not resolve as a host there.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function evidenceS3({ client, env }: Runtime = thisProcess): S3Client {
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = env();
  return withCachedConfig(
    withGenuineAnswers(
      new S3Client({
        ...client(WAITS),
        maxAttempts: 5,
        forcePathStyle: Boolean(AWS_ENDPOINT_URL ?? AWS_ENDPOINT_URL_S3),
      }),
    ),
  );
}

/** As the SDK makes it: by the header that says by whom a function was called, Lambda stops loops, and traces are linked. */
export const lambdaClient = ({ client }: Runtime): LambdaClient =>
  new LambdaClient({ ...client(WAITS), retryMode: "adaptive", maxAttempts: 6 });
