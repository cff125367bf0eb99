import { constants, crc32, deflateRawSync } from "node:zlib";

/** Bytes compressed at a time: far more than deflate looks back (32 KiB), and some milliseconds of work. */
const BLOCK_BYTES = 256 * 1024;
const LEVEL = 6;

/** No name, no time, Unix: the same text gives the same bytes. @see https://www.rfc-editor.org/rfc/rfc1952 */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);

/**
 * Text as one gzip member, compressed in blocks within the call. A stream would hand each block to a thread and get it
 * back some time later; evidence waits for AWS anyway, and a run can be repeated exactly only without threads.
 */
export class GzipBlocks {
  private lines: string[] = [];
  private pending = 0;
  private size = 0;
  private crc = 0;
  private begun = false;

  /** @returns what has been compressed since: often nothing */
  write(text: string): Uint8Array {
    this.lines.push(text);
    this.pending += text.length;
    return this.pending < BLOCK_BYTES ? new Uint8Array() : this.block(constants.Z_SYNC_FLUSH);
  }

  /** @returns the rest, and the trailer by which a reader checks the whole */
  end(): Uint8Array {
    const last = this.block(constants.Z_FINISH);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.crc, 0);
    trailer.writeUInt32LE(this.size % 2 ** 32, 4);
    return Buffer.concat([last, trailer]);
  }

  private block(finishFlush: number): Uint8Array {
    const text = Buffer.from(this.lines.join(""), "utf8");
    this.lines = [];
    this.pending = 0;
    this.size += text.length;
    this.crc = crc32(text, this.crc);
    const compressed = deflateRawSync(text, { level: LEVEL, finishFlush });
    if (this.begun) return compressed;
    this.begun = true;
    return Buffer.concat([HEADER, compressed]);
  }
}
