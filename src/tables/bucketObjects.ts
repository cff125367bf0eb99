import type { Readable } from "node:stream";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { bucketSource } from "../evidence/bucketSource.ts";
import type { Objects, Sink } from "./objects.ts";

/** Bytes of a part; S3 asks for 5 MiB at least in all but the last. */
const PART_BYTES = 8 * 1024 * 1024;

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
  const type = { ContentType: "application/vnd.apache.parquet", ChecksumAlgorithm: "SHA256" } as const;
  let chunks: Uint8Array[] = [];
  let buffered = 0;
  let upload: string | undefined;
  const parts: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string | undefined }[] = [];
  const take = (): Buffer => {
    const body = Buffer.concat(chunks);
    chunks = [];
    buffered = 0;
    return body;
  };
  const sendPart = async () => {
    upload ??= (await s3.send(new CreateMultipartUploadCommand({ ...object, ...type }))).UploadId;
    const PartNumber = parts.length + 1;
    const { ETag, ChecksumSHA256 } = await s3.send(
      new UploadPartCommand({
        ...object,
        UploadId: upload,
        PartNumber,
        Body: take(),
        ChecksumAlgorithm: "SHA256",
      }),
    );
    parts.push({ ETag, PartNumber, ChecksumSHA256 });
  };
  return {
    write: async (bytes) => {
      chunks.push(bytes);
      buffered += bytes.length;
      if (buffered >= PART_BYTES) await sendPart();
    },
    finish: async () => {
      if (!upload) {
        await s3.send(new PutObjectCommand({ ...object, ...type, Body: take() }));
        return;
      }
      if (buffered) await sendPart();
      await s3.send(
        new CompleteMultipartUploadCommand({ ...object, UploadId: upload, MultipartUpload: { Parts: parts } }),
      );
    },
    // The bucket's lifecycle removes the parts: no role of the system may take an upload back.
    abandon: () => Promise.resolve(),
  };
}
