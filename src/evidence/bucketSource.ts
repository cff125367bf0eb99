import type { Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { EvidenceSource } from "./source.ts";

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound");

export function bucketSource(s3: S3Client, bucket: string): EvidenceSource {
  const get = async (key: string) => {
    try {
      return await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  };
  return {
    name: `s3://${bucket}/`,
    read: async (key) => {
      const answer = await get(key);
      const bytes = await answer?.Body?.transformToByteArray();
      const { ContentLength = bytes?.length, ETag } = answer ?? {};
      // Nothing at all without a tag is of something on the way, not of S3.
      if (bytes && (bytes.length !== ContentLength || (!bytes.length && !ETag)))
        throw new Error(`s3://${bucket}/${key}: ${bytes.length} of ${ContentLength} bytes came. Try again`);
      return bytes;
    },
    open: async (key) => (await get(key))?.Body as Readable | undefined,
    async *list(prefix, atMost) {
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: atMost, ContinuationToken: token }),
        );
        for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
        token = atMost ? undefined : page.NextContinuationToken;
      } while (token);
    },
    folders: async (prefix) => {
      const found: string[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: "/", ContinuationToken: token }),
        );
        for (const each of page.CommonPrefixes ?? []) if (each.Prefix) found.push(each.Prefix);
        token = page.NextContinuationToken;
      } while (token);
      return found;
    },
  };
}
