import { createHash } from "node:crypto";
import { createGzip, type Gzip } from "node:zlib";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { evidenceJson, type Item } from "../evidence/item.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";

/** Bytes of a part; S3 asks for 5 MiB at least in all but the last. */
const PART_BYTES = 8 * 1024 * 1024;

/**
 * Streams items of one resource type into one gzipped NDJSON object. Memory holds one part whatever the estate:
 * a small object is one PutObject, a larger one a multipart upload.
 */
export class EvidenceWriter {
  private readonly gzip: Gzip = createGzip({ level: 6 });
  private readonly hash = createHash("sha256");
  private chunks: Buffer[] = [];
  private buffered = 0;
  private bytes = 0;
  private items = 0;
  private upload: string | undefined;
  private readonly parts: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string | undefined }[] = [];
  private readonly drained: Promise<void>;

  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly key: string,
    private readonly resourceType: string,
  ) {
    this.drained = this.drain();
    // Whoever writes or finishes meets the error; unhandled it would end the process first.
    this.drained.catch(() => undefined);
  }

  /** Takes an item; waits while S3 is slower than AWS answers. */
  async write(item: Item): Promise<void> {
    this.items += 1;
    if (!this.gzip.write(`${evidenceJson(item)}\n`))
      await Promise.race([new Promise((resolve) => this.gzip.once("drain", resolve)), this.drained]);
  }

  async finish(): Promise<EvidenceObject> {
    this.gzip.end();
    await this.drained;
    if (this.upload) {
      await this.sendPart();
      await this.s3.send(
        new CompleteMultipartUploadCommand({
          ...this.object,
          UploadId: this.upload,
          MultipartUpload: { Parts: this.parts },
        }),
      );
    } else {
      await this.s3.send(
        new PutObjectCommand({
          ...this.object,
          Body: this.take(),
          ContentType: "application/x-ndjson",
          ContentEncoding: "gzip",
          ChecksumAlgorithm: "SHA256",
        }),
      );
    }
    return {
      key: this.key,
      resource_type: this.resourceType,
      bytes: this.bytes,
      items: this.items,
      sha256: this.hash.digest("hex"),
    };
  }

  /** Gives up: what was uploaded of it is removed. */
  async abandon(): Promise<void> {
    this.gzip.destroy();
    await this.drained.catch(() => undefined);
    if (this.upload) await this.s3.send(new AbortMultipartUploadCommand({ ...this.object, UploadId: this.upload }));
  }

  private get object() {
    return { Bucket: this.bucket, Key: this.key };
  }

  private async drain(): Promise<void> {
    for await (const chunk of this.gzip as AsyncIterable<Buffer>) {
      this.hash.update(chunk);
      this.bytes += chunk.length;
      this.chunks.push(chunk);
      this.buffered += chunk.length;
      if (this.buffered >= PART_BYTES) await this.sendPart();
    }
  }

  private take(): Buffer {
    const body = Buffer.concat(this.chunks);
    this.chunks = [];
    this.buffered = 0;
    return body;
  }

  private async sendPart(): Promise<void> {
    this.upload ??= (
      await this.s3.send(
        new CreateMultipartUploadCommand({
          ...this.object,
          ContentType: "application/x-ndjson",
          ContentEncoding: "gzip",
          ChecksumAlgorithm: "SHA256",
        }),
      )
    ).UploadId;
    const PartNumber = this.parts.length + 1;
    const { ETag, ChecksumSHA256 } = await this.s3.send(
      new UploadPartCommand({
        ...this.object,
        UploadId: this.upload,
        PartNumber,
        Body: this.take(),
        ChecksumAlgorithm: "SHA256",
      }),
    );
    this.parts.push({ ETag, PartNumber, ChecksumSHA256 });
  }
}
