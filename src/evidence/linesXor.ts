import { createHash } from "node:crypto";

/** XOR of the SHA-256 of lines: the same in whatever order they come. It tells what happened to an object; its hash proves it. */
export class LinesXor {
  private readonly sum = Buffer.alloc(32);

  /** @param line with its line break */
  add(line: string | Uint8Array): void {
    const hash = createHash("sha256").update(line).digest();
    for (let at = 0; at < 32; at++) this.sum[at]! ^= hash[at]!;
  }

  hex(): string {
    return this.sum.toString("hex");
  }
}
