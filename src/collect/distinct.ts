import type { Values } from "./calls.ts";
import { nameOfChain } from "./pages.ts";

/** What tells a resource from the others of its listing; undefined: nothing but all of it. */
export type Identity = (resource: Values) => string | undefined;

/**
 * Takes resources off the pages of a listing that were on it before: pages overlap where resources come and go while
 * they are read, and where a service counts them wrong. On one page AWS may well list two of one name; only what is
 * the same in every member is one there.
 */
export function distinctOf(identity: Identity): (page: readonly Values[]) => Values[] {
  const before = new Set<string>();
  return (page) => {
    const here = new Map<string, Values>();
    const kept = page.filter((resource) => {
      const name = identity(resource) ?? nameOfChain(resource);
      if (before.has(name)) return false;
      const twin = here.get(name);
      if (twin) return nameOfChain(twin) !== nameOfChain(resource);
      here.set(name, resource);
      return true;
    });
    for (const name of here.keys()) before.add(name);
    return kept;
  };
}
