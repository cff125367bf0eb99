import { gunzipSync, gzipSync } from "node:zlib";
import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { NOTIFICATION_STATE_KEY } from "../evidence/layout.ts";
import { NotificationState } from "./notificationState.ts";

/** What is remembered, in the evidence bucket; two at a time cannot both write. */
export interface StateStore {
  /** @returns undefined before the first run */
  read(): Promise<NotificationState | undefined>;
  /** @throws Error named PreconditionFailed when somebody else wrote since it was read */
  write(state: NotificationState): Promise<void>;
}

export function bucketStateStore(s3: S3Client, bucket: string): StateStore {
  const object = { Bucket: bucket, Key: NOTIFICATION_STATE_KEY };
  let etag: string | undefined;
  return {
    read: async () => {
      try {
        const { Body, ETag } = await s3.send(new GetObjectCommand(object));
        etag = ETag;
        return NotificationState.parse(JSON.parse(gunzipSync(await Body!.transformToByteArray()).toString("utf8")));
      } catch (error) {
        if ((error as Error).name !== "NoSuchKey") throw error;
        etag = undefined;
        return undefined;
      }
    },
    write: async (state) => {
      const { ETag } = await s3.send(
        new PutObjectCommand({
          ...object,
          Body: gzipSync(JSON.stringify(state)),
          ContentType: "application/gzip",
          ChecksumAlgorithm: "SHA256",
          ...(etag === undefined ? { IfNoneMatch: "*" } : { IfMatch: etag }),
        }),
      );
      etag = ETag;
    },
  };
}
