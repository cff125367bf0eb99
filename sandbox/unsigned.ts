import { createHash, type Hash } from "node:crypto";
import type { Checksum, SourceData } from "@smithy/types";

const ZEROS = new Uint8Array(32);

/**
 * SHA-256 for SDK clients of the sandbox's own process: `new S3Client({ sha256: Unsigned, … })`. What is signed with a
 * key is not computed: the sandbox checks no signature, and these were about 4 % of a simulated run.
 */
export class Unsigned implements Checksum {
  private hash: Hash | undefined;

  constructor(key?: SourceData) {
    if (key === undefined) this.hash = createHash("sha256");
  }

  update(data: Uint8Array): void {
    this.hash?.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash ? new Uint8Array(this.hash.digest()) : ZEROS;
  }

  reset(): void {
    if (this.hash) this.hash = createHash("sha256");
  }
}
