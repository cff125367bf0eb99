import { createHash } from "node:crypto";
import { type ContentKind, type EvidenceStore, type ObjectUpload, PART_BYTES } from "../evidence/evidenceStore.ts";
import { evidenceJson, type Item } from "../evidence/item.ts";
import { LinesHash } from "../evidence/linesHash.ts";
import type { EvidenceObject } from "../evidence/outcome.ts";
import { GzipBlocks } from "./gzipBlocks.ts";

const KIND: ContentKind = { type: "application/x-ndjson", encoding: "gzip" };

/**
 * Streams items of one resource type into one gzipped NDJSON object. Memory holds one part whatever the estate:
 * a small object is written at once, a larger one in parts.
 */
export class EvidenceWriter {
  private readonly gzip = new GzipBlocks();
  private readonly hash = createHash("sha256");
  private readonly lines = new LinesHash();
  private chunks: Uint8Array[] = [];
  private buffered = 0;
  private bytes = 0;
  private items = 0;
  private upload: ObjectUpload | undefined;
  private sending: Promise<void> | undefined;

  constructor(
    private readonly evidence: EvidenceStore,
    private readonly key: string,
    private readonly resourceType: string,
  ) {}

  /** Takes an item; waits while what takes it is slower than AWS answers. */
  async write(item: Item): Promise<void> {
    await this.sending;
    this.items += 1;
    const line = evidenceJson(item);
    this.lines.add(line);
    this.take(this.gzip.write(`${line}\n`));
    if (this.buffered < PART_BYTES) return;
    this.sending = this.sendPart();
    // Whoever writes next or finishes meets the error; unhandled it would end the process first.
    this.sending.catch(() => undefined);
    await this.sending;
  }

  /**
   * Writes what is left, create-only. The key bears this attempt's own random name: where one is there
   * already, an earlier try of the same write arrived, and only its answer was lost.
   */
  async finish(): Promise<EvidenceObject> {
    await this.sending;
    this.take(this.gzip.end());
    if (this.upload) {
      await this.sendPart();
      await this.upload.finish();
    } else await this.evidence.create(this.key, this.body(), KIND);
    return {
      key: this.key,
      resource_type: this.resourceType,
      bytes: this.bytes,
      items: this.items,
      sha256: this.hash.digest("hex"),
      ...this.lines.digests(),
    };
  }

  /** Gives up. Parts already uploaded are the lifecycle's to remove: a killed function leaves them there too. */
  async abandon(): Promise<void> {
    await this.sending?.catch(() => undefined);
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
    this.upload ??= this.evidence.upload(this.key, KIND);
    await this.upload.part(this.body());
  }
}
