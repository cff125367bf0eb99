export { randomOf } from "../src/anomalies/random.ts";

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
