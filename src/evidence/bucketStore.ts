import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { bucketSource } from "./bucketSource.ts";
import { createOnly } from "./createOnly.ts";
import type { ContentKind, EvidenceStore, ObjectUpload } from "./evidenceStore.ts";

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
    upload: (key, kind) => multipartUpload(s3, { Bucket: bucket, Key: key }, kind),
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

/** Parts of an upload that is given up are the bucket's lifecycle to remove, as a killed function leaves them too. */
function multipartUpload(s3: S3Client, object: { Bucket: string; Key: string }, kind: ContentKind): ObjectUpload {
  const parts: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string | undefined }[] = [];
  let upload: string | undefined;
  return {
    part: async (Body) => {
      upload ??= (
        await s3.send(new CreateMultipartUploadCommand({ ...object, ...headersOf(kind), ChecksumAlgorithm: "SHA256" }))
      ).UploadId;
      const PartNumber = parts.length + 1;
      const { ETag, ChecksumSHA256 } = await s3.send(
        new UploadPartCommand({ ...object, UploadId: upload, PartNumber, Body, ChecksumAlgorithm: "SHA256" }),
      );
      parts.push({ ETag, PartNumber, ChecksumSHA256 });
    },
    finish: () =>
      createOnly(
        () =>
          s3.send(
            new CompleteMultipartUploadCommand({
              ...object,
              UploadId: upload,
              MultipartUpload: { Parts: parts },
              IfNoneMatch: "*",
            }),
          ),
        // The parts are given up after a conflict: the attempt fails, and the next one uploads anew.
        0,
      ),
  };
}
