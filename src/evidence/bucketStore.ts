import { ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { bucketSource } from "./bucketSource.ts";
import { createOnly } from "./createOnly.ts";
import type { ContentKind, EvidenceStore } from "./evidenceStore.ts";
import { multipartUpload } from "./multipartUpload.ts";

/** The evidence bucket, to be written to. Every write is conditional: `If-None-Match: *`. */
export function bucketStore(s3: S3Client, bucket: string): EvidenceStore {
  return {
    source: bucketSource(s3, bucket),
    create: (key, Body, kind) =>
      createOnly(() =>
        s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body,
            ...headersOf(kind),
            ChecksumAlgorithm: "SHA256",
            IfNoneMatch: "*",
          }),
        ),
      ),
    upload: (key, kind) => {
      const { part, finish } = multipartUpload(s3, { Bucket: bucket, Key: key }, headersOf(kind));
      // The parts are given up after a conflict: the attempt fails, and the next one uploads anew.
      return { part, finish: () => createOnly(() => finish(true), 0) };
    },
    count: async (Prefix) => {
      const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
      return page.Contents?.length ?? 0;
    },
  };
}

const headersOf = ({ type, encoding }: ContentKind) => ({
  ContentType: type,
  ...(encoding ? { ContentEncoding: encoding } : {}),
});
