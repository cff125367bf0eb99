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

export const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
export function idOf(random: () => number, length: number): string {
  let id = "";
  while (id.length < length) id += CAPITALS[Math.floor(random() * CAPITALS.length)];
  return id;
}

/** Digits of an AWS resource id: `vpc-0…`, `sg-0…`. */
export function hexOf(random: () => number, length: number): string {
  let id = "";
  while (id.length < length) id += Math.floor(random() * 16).toString(16);
  return id;
}
