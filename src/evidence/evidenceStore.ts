import type { EvidenceSource } from "./source.ts";

/** Bytes after which a part is sent; S3 asks for 5 MiB at least in all but the last. */
export const PART_BYTES = 8 * 1024 * 1024;

/** An object that is written in parts, and stands only once it is whole. */
export interface ObjectUpload {
  /** Takes the next bytes; in a bucket each part but the last has 5 MiB at least. */
  part(bytes: Uint8Array): Promise<void>;
  /** Puts the object where it belongs, unless one stands there. @returns false when it is there already */
  finish(): Promise<boolean>;
}

/**
 * Where the documents and the evidence of runs are written, and read again: the evidence bucket, or a folder of the
 * same layout. What stands is never replaced.
 */
export interface EvidenceStore {
  source: EvidenceSource;
  /** Writes an object. @returns false when one is there already */
  create(key: string, body: string | Uint8Array, kind: ContentKind): Promise<boolean>;
  /** Begins an object of which no more than a part is held in memory. */
  upload(key: string, kind: ContentKind): ObjectUpload;
  /** How many objects there are whose keys start with a prefix; at most as many as S3 lists on a page, 1,000. */
  count(prefix: string): Promise<number>;
}

/** What an object holds, as HTTP says it. */
export interface ContentKind {
  type: string;
  encoding?: string;
}
