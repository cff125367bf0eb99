import type { EvidenceSource } from "../evidence/source.ts";

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
