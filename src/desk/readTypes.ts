import type { Outcome } from "../evidence/outcome.ts";
import { GLOBAL, type Plan } from "../evidence/plan.ts";

/** Tells of which resource types every planned item has its outcome. */
export interface ReadTypes {
  /** Counts outcomes that are committed; each planned item has one. */
  add: (outcomes: readonly Outcome[]) => void;
  /** Whether nothing more is to come of a type; so it is of one that no auditor of the plan reads. */
  isRead: (type: string) => boolean;
}

/** What of a plan is read to its end: by type, as an auditor reads its types together. */
export function readTypes({ auditors, accounts, regions }: Pick<Plan, "auditors" | "accounts" | "regions">): ReadTypes {
  const left = new Map<string, number>();
  const sharesOf = new Map<string, string[]>();
  const keyOf = (auditor: string, global: boolean) => `${auditor} ${global ? GLOBAL : "regional"}`;
  for (const { name, global, regional } of auditors)
    for (const [types, isGlobal] of [
      [global, true],
      [regional, false],
    ] as const) {
      if (!types.length) continue;
      const key = keyOf(name, isGlobal);
      left.set(key, accounts.length * (isGlobal ? 1 : regions.length));
      for (const type of types) sharesOf.set(type, [...(sharesOf.get(type) ?? []), key]);
    }
  return {
    add: (outcomes) => {
      for (const { auditor, region } of outcomes) {
        const key = keyOf(auditor, region === GLOBAL);
        left.set(key, (left.get(key) ?? 0) - 1);
      }
    },
    isRead: (type) => (sharesOf.get(type) ?? []).every((key) => left.get(key) === 0),
  };
}
