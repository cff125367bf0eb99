import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { bucketSource, type EvidenceSource, folderSource } from "../evidence/source.ts";

/** Where an object being written goes: bytes in order, and nothing of it stands before `finish`. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  /** Gives up: no object comes of what was written. */
  abandon(): Promise<void>;
}

/** Where evidence is, with what writes the tables that are derived from it. */
export interface Objects extends EvidenceSource {
  create(key: string): Sink;
  copy(from: string, to: string): Promise<void>;
}

/** A folder whose files are the bucket's objects. */
export function folderObjects(folder: string): Objects {
  const path = (key: string) => join(folder, ...key.split("/"));
  return {
    ...folderSource(folder),
    create: (key) => fileSink(path(key)),
    copy: async (from, to) => {
      await mkdir(dirname(path(to)), { recursive: true });
      await copyFile(path(from), path(to));
    },
  };
}

/** A file that appears under its name once it is whole. */
export function fileSink(path: string): Sink {
  const growing = `${path}.part`;
  let file: Promise<WriteStream> | undefined;
  const open = () => {
    file ??= mkdir(dirname(path), { recursive: true }).then(async () => {
      const stream = createWriteStream(growing);
      await once(stream, "open");
      return stream;
    });
    return file;
  };
  return {
    write: async (bytes) => {
      const stream = await open();
      if (!stream.write(bytes)) await once(stream, "drain");
    },
    finish: async () => {
      const stream = await open();
      stream.end();
      await once(stream, "close");
      await rename(growing, path);
    },
    abandon: async () => {
      if (!file) return;
      (await file).destroy();
      await rm(growing, { force: true });
    },
  };
}

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
