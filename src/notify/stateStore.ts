import { gunzipSync, gzipSync } from "node:zlib";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { TOLD_KEY } from "../evidence/layout.ts";
import { Told } from "./told.ts";

/** What is remembered, in the evidence bucket; two at a time cannot both write. */
export interface Memory {
  /** @returns undefined before the first run */
  read(): Promise<Told | undefined>;
  /** @throws Error named PreconditionFailed when somebody else wrote since it was read */
  write(told: Told): Promise<void>;
}

export function bucketMemory(s3: S3Client, bucket: string): Memory {
  const object = { Bucket: bucket, Key: TOLD_KEY };
  let etag: string | undefined;
  return {
    read: async () => {
      try {
        const { Body, ETag } = await s3.send(new GetObjectCommand(object));
        etag = ETag;
        return Told.parse(JSON.parse(gunzipSync(await Body!.transformToByteArray()).toString("utf8")));
      } catch (error) {
        if ((error as Error).name !== "NoSuchKey") throw error;
        etag = undefined;
        return undefined;
      }
    },
    write: async (told) => {
      const { ETag } = await s3.send(
        new PutObjectCommand({
          ...object,
          Body: gzipSync(JSON.stringify(told)),
          ContentType: "application/gzip",
          ChecksumAlgorithm: "SHA256",
          ...(etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag }),
        }),
      );
      etag = ETag;
    },
  };
}
