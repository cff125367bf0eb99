import { randomOf } from "../random.ts";
import type { Member } from "../state.ts";

export const AUDIT_ACCOUNT = "999999999999";
export const ROOT = "r-sbox";
export const UNITS = [
  { Id: "ou-sbox-prod0000", Name: "production" },
  { Id: "ou-sbox-test0000", Name: "development" },
] as const;

const NAMES = ["shop", "payments", "search", "warehouse", "analytics", "identity", "media", "support"];
const STAGES = ["prod", "dev", "test"];

/** The member accounts of the company: the first three have ids that are easy to type. */
export function membersOf(seed: number, count: number): Member[] {
  const random = randomOf(`${seed} organization`);
  const seen = new Set<string>();
  return Array.from({ length: count }, (_none, index) => {
    let id = String(index + 1).repeat(12);
    while (index >= 3 && (seen.has(id) || id.length !== 12)) id = String(Math.floor(4e11 + random() * 5e11));
    seen.add(id);
    const stage = STAGES[index % STAGES.length]!;
    const suffix = index < NAMES.length ? "" : `-${index}`;
    return {
      id,
      name: `${NAMES[index % NAMES.length]}-${stage}${suffix}`,
      state: index >= 3 && random() < 0.05 ? "SUSPENDED" : "ACTIVE",
      unit: stage === "prod" ? UNITS[0].Id : UNITS[1].Id,
    };
  });
}
