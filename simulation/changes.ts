import { randomOf } from "../sandbox/random.ts";

/** What a resource does while it is read. */
type Change = "comes" | "goes" | "moves";

/** How a resource stands at a moment; `moved`: at the end of its listing, and no more where it was. */
export type Standing = "there" | "moved" | "absent";

/** Calls to an account after which the last of its resources has changed. */
const LAST_CHANGE = 12;

/**
 * Resources that come, go or change their place in the listing while an account is read. What changes when is decided
 * by the seed and by how often the account was called, so that every change falls into the reading.
 */
export interface Changes {
  /** Whether a resource is not the same all the time: a run may have it or not, and both is right. */
  isChanging(name: string): boolean;
  standing(account: string, name: string): Standing;
  called(account: string): void;
}

/** @param share of all resources, how many change */
export function changesOf(seed: number, share: number): Changes {
  const drawn = new Map<string, { change: Change; at: number } | undefined>();
  const calls = new Map<string, number>();
  const of = (name: string) => {
    if (!share) return undefined;
    if (!drawn.has(name)) {
      const random = randomOf(`${seed} ${name} changes`);
      const changes = random() < share;
      const change = (["comes", "goes", "goes", "moves"] as const)[Math.floor(random() * 4)]!;
      drawn.set(name, changes ? { change, at: 1 + Math.floor(random() * LAST_CHANGE) } : undefined);
    }
    return drawn.get(name);
  };
  return {
    isChanging: (name) => of(name) !== undefined,
    standing: (account, name) => {
      const drawn = of(name);
      if (!drawn) return "there";
      const changed = (calls.get(account) ?? 0) > drawn.at;
      if (drawn.change === "comes") return changed ? "there" : "absent";
      if (!changed) return "there";
      return drawn.change === "goes" ? "absent" : "moved";
    },
    called: (account) => void calls.set(account, (calls.get(account) ?? 0) + 1),
  };
}
