import { createHash } from "node:crypto";
import type { Values } from "./calls.ts";
import { nameOfChain } from "./pages.ts";

/** What tells a resource from the others of its listing; undefined: nothing but all of it. */
export type Identity = (resource: Values) => string | undefined;

/** Letters of a short name: nobody can make two resources that share one. */
const LETTERS = 22;
const shortName = (name: string): string => createHash("sha256").update(name).digest("base64url").slice(0, LETTERS);

/** What a listing has had on its pages so far. */
export interface Distinct {
  /** Takes off a page what was on one before. */
  unseen: (page: readonly Values[]) => Values[];
  /** Short names of the last that were on the pages so far, the newest last. */
  names: (atMost: number) => string[];
}

/**
 * Takes resources off the pages of a listing that were on it before: pages overlap where resources come and go while
 * they are read, and where a service counts them wrong. On one page AWS may well list two of one name; only what is
 * the same in every member is one there.
 * @param known short names of what was on pages that another task has read
 */
export function distinctOf(identity: Identity, known: readonly string[] = []): Distinct {
  const handedOver = new Set(known);
  const before = new Set<string>();
  const inOrder: string[] = [];
  const unseen = (page: readonly Values[]): Values[] => {
    const here = new Map<string, Values>();
    const first = page.filter((resource) => {
      const name = identity(resource) ?? shortName(JSON.stringify(resource));
      if (before.has(name) || (handedOver.size && handedOver.has(shortName(name)))) return false;
      const twin = here.get(name);
      if (twin) return nameOfChain(twin) !== nameOfChain(resource);
      here.set(name, resource);
      return true;
    });
    for (const name of here.keys()) {
      before.add(name);
      inOrder.push(name);
    }
    return first;
  };
  return { unseen, names: (atMost) => [...known, ...inOrder.slice(-atMost).map(shortName)].slice(-atMost) };
}
