import type { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { bucketSource } from "../evidence/bucketSource.ts";
import { PART_BYTES } from "../evidence/evidenceStore.ts";
import { type MultipartUpload, multipartUpload } from "../evidence/multipartUpload.ts";
import type { Objects, Sink } from "./objects.ts";

export function bucketObjects(s3: S3Client, bucket: string): Objects {
  return {
    ...bucketSource(s3, bucket),
    create: (key) => uploadSink(s3, { Bucket: bucket, Key: key }),
    // Streamed and not CopyObject, which ends at 5 GB.
    copy: async (from, to) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: from }));
      const sink = uploadSink(s3, { Bucket: bucket, Key: to });
      try {
        for await (const chunk of Body as Readable) await sink.write(chunk as Buffer);
        await sink.finish();
      } catch (error) {
        await sink.abandon();
        throw error;
      }
    },
  };
}

/** A small object is one PutObject, a larger one a multipart upload; memory holds one part. */
function uploadSink(s3: S3Client, object: { Bucket: string; Key: string }): Sink {
  const headers = { ContentType: "application/vnd.apache.parquet" };
  let chunks: Uint8Array[] = [];
  let buffered = 0;
  let upload: MultipartUpload | undefined;
  const take = (): Buffer => {
    const body = Buffer.concat(chunks);
    chunks = [];
    buffered = 0;
    return body;
  };
  const sendPart = () => {
    upload ??= multipartUpload(s3, object, headers);
    return upload.part(take());
  };
  return {
    write: async (bytes) => {
      chunks.push(bytes);
      buffered += bytes.length;
      if (buffered >= PART_BYTES) await sendPart();
    },
    finish: async () => {
      if (!upload) {
        await s3.send(new PutObjectCommand({ ...object, ...headers, ChecksumAlgorithm: "SHA256", Body: take() }));
        return;
      }
      if (buffered) await sendPart();
      // Tables are derived, and made anew in place of others.
      await upload.finish(false);
    },
    abandon: () => Promise.resolve(),
  };
}
