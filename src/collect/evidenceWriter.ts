import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { createOnly } from "../evidence/createOnly.ts";
import { evidenceJson, type Item } from "../evidence/item.ts";
import { LinesXor } from "../evidence/linesXor.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { GzipBlocks } from "./gzipBlocks.ts";

/** Bytes of a part; S3 asks for 5 MiB at least in all but the last. */
const PART_BYTES = 8 * 1024 * 1024;

/**
 * Streams items of one resource type into one gzipped NDJSON object. Memory holds one part whatever the estate:
 * a small object is one PutObject, a larger one a multipart upload.
 */
export class EvidenceWriter {
  private readonly gzip = new GzipBlocks();
  private readonly hash = createHash("sha256");
  private readonly lines = new LinesXor();
  private chunks: Uint8Array[] = [];
  private buffered = 0;
  private bytes = 0;
  private items = 0;
  private upload: string | undefined;
  private sending: Promise<void> | undefined;
  private readonly parts: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string | undefined }[] = [];

  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly key: string,
    private readonly resourceType: string,
  ) {}

  /** Takes an item; waits while S3 is slower than AWS answers. */
  async write(item: Item): Promise<void> {
    await this.sending;
    this.items += 1;
    const line = `${evidenceJson(item)}\n`;
    this.lines.add(line);
    this.take(this.gzip.write(line));
    if (this.buffered < PART_BYTES) return;
    this.sending = this.sendPart();
    // Whoever writes next or finishes meets the error; unhandled it would end the process first.
    this.sending.catch(() => undefined);
    await this.sending;
  }

  /**
   * Writes what is left, create-only. The key bears this attempt's own random name: where S3 says that it is there
   * already, an earlier try of the same write arrived, and only its answer was lost.
   */
  async finish(): Promise<EvidenceObject> {
    await this.sending;
    this.take(this.gzip.end());
    if (this.upload) {
      await this.sendPart();
      await createOnly(() =>
        this.s3.send(
          new CompleteMultipartUploadCommand({
            ...this.object,
            UploadId: this.upload,
            MultipartUpload: { Parts: this.parts },
            IfNoneMatch: "*",
          }),
        ),
      );
    } else {
      const Body = this.body();
      await createOnly(() =>
        this.s3.send(
          new PutObjectCommand({
            ...this.object,
            Body,
            ContentType: "application/x-ndjson",
            ContentEncoding: "gzip",
            ChecksumAlgorithm: "SHA256",
            IfNoneMatch: "*",
          }),
        ),
      );
    }
    return {
      key: this.key,
      resource_type: this.resourceType,
      bytes: this.bytes,
      items: this.items,
      sha256: this.hash.digest("hex"),
      lines_xor: this.lines.hex(),
    };
  }

  /** Gives up. Parts already uploaded are the lifecycle's to remove: a killed function leaves them there too. */
  async abandon(): Promise<void> {
    await this.sending?.catch(() => undefined);
  }

  private get object() {
    return { Bucket: this.bucket, Key: this.key };
  }

  private take(chunk: Uint8Array): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    this.chunks.push(chunk);
    this.buffered += chunk.length;
  }

  private body(): Buffer {
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
        Body: this.body(),
        ChecksumAlgorithm: "SHA256",
      }),
    );
    this.parts.push({ ETag, PartNumber, ChecksumSHA256 });
  }
}
