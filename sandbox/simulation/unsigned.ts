import type { Checksum, SourceData } from "@smithy/types";
import { Sha256 } from "../../collect/sha256.ts";

const ZEROS = new Uint8Array(32);

/**
 * SHA-256 for the SDK clients of a simulation. What is signed with a key is not computed: nobody checks signatures
 * there, and they would be a sixteenth of what a run takes.
 */
export class Unsigned implements Checksum {
  private readonly hash: Sha256 | undefined;

  constructor(key?: SourceData) {
    if (key === undefined) this.hash = new Sha256();
  }

  update(data: Uint8Array): void {
    this.hash?.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash?.digest() ?? ZEROS;
  }

  reset(): void {
    this.hash?.reset();
  }
}
