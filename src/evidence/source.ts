import type { Readable } from "node:stream";

/** An object of a listing. */
export interface Listed {
  key: string;
  bytes: number;
  /** Of a folder of a copy whose keys cannot be listed: why. */
  problem?: string;
}

/** Takes what could not be read, so that a reader can go on. */
export interface TakesUnreadable {
  /** @param key of an object, or of a folder with its slash */
  add(key: string, error: Error): void;
  has(key: string): boolean;
  /** Whether a run may have a manifest that could not be read. */
  readonly hidesManifests: boolean;
}

/** Where evidence is read from: the bucket, or a copy of it in a folder. */
export interface EvidenceSource {
  /** For messages: `s3://bucket/`, or the folder. */
  name: string;
  /** @returns undefined when there is no such object */
  read(key: string): Promise<Uint8Array | undefined>;
  /** @returns undefined when there is no such object */
  open(key: string): Promise<Readable | undefined>;
  /** Objects whose keys start with a prefix, in the order of their keys (as UTF-8 bytes), a page at a time. */
  list(prefix: string, atMost?: number): AsyncIterable<Listed>;
  /** Folders right below a prefix that ends with a slash, each with its slash, in order. */
  folders(prefix: string): Promise<string[]>;
  /** Where a reader goes on whatever cannot be read: what takes it. Without it, reading throws. */
  unreadable?: TakesUnreadable;
}
