import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

/** An object's upload in parts: it stands only once it is finished. */
export interface MultipartUpload {
  part(body: Uint8Array): Promise<void>;
  /** @param onlyNew whether it must not be there yet (`If-None-Match: *`) */
  finish(onlyNew: boolean): Promise<void>;
}

/**
 * Begins an upload with its first part. Parts of one that is given up are the bucket's lifecycle to remove: no role of
 * the system may take an upload back, and a killed function leaves them there too.
 */
export function multipartUpload(
  s3: S3Client,
  object: { Bucket: string; Key: string },
  headers: { ContentType: string; ContentEncoding?: string },
): MultipartUpload {
  const parts: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string | undefined }[] = [];
  let upload: string | undefined;
  return {
    part: async (Body) => {
      upload ??= (
        await s3.send(new CreateMultipartUploadCommand({ ...object, ...headers, ChecksumAlgorithm: "SHA256" }))
      ).UploadId;
      const PartNumber = parts.length + 1;
      const { ETag, ChecksumSHA256 } = await s3.send(
        new UploadPartCommand({ ...object, UploadId: upload, PartNumber, Body, ChecksumAlgorithm: "SHA256" }),
      );
      parts.push({ ETag, PartNumber, ChecksumSHA256 });
    },
    finish: async (onlyNew) => {
      const whole = { ...object, UploadId: upload, MultipartUpload: { Parts: parts } };
      await s3.send(new CompleteMultipartUploadCommand({ ...whole, ...(onlyNew ? { IfNoneMatch: "*" } : {}) }));
    },
  };
}
