import {
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";

/** What goes wrong in the demo between its two runs: a bucket of a member account is no longer closed to the public. @returns its name */
export async function openABucket(member: S3ClientConfig): Promise<string> {
  const s3 = new S3Client({ ...member, forcePathStyle: true });
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  for (const { Name: Bucket } of Buckets ?? []) {
    // A bucket without such a configuration answers with an error, and is open already.
    const read = await s3.send(new GetPublicAccessBlockCommand({ Bucket })).catch(() => undefined);
    const closed = read?.PublicAccessBlockConfiguration;
    if (!Bucket || !closed?.RestrictPublicBuckets) continue;
    const PublicAccessBlockConfiguration = { ...closed, RestrictPublicBuckets: false };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    return Bucket;
  }
  throw new Error("the estate has no bucket to open");
}
