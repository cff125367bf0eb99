import { createHash } from "node:crypto";

/** A stream of numbers in [0, 1) that a text decides: the same text gives the same numbers anywhere. */
export function randomOf(text: string): () => number {
  let state = createHash("sha256").update(text).digest().readUInt32LE(0);
  // mulberry32: 32 bits of state are plenty, and it is the same on every machine.
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
