import { isDeepStrictEqual } from "node:util";
import { replacing } from "../../sandbox/deploy/replacing.ts";

/** A resource as a version of the program registers it. */
export interface Planned {
  urn: string;
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own inputs
  inputs?: any;
  aliases?: string[];
}

/** What an upgrade does, as Pulumi's engine would: by URN, and by the inputs that cannot be changed in place. */
export interface UpgradePlan {
  kept: string[];
  made: string[];
  removed: string[];
  /** URNs, each with the inputs because of which. */
  replaced: Record<string, string[]>;
}

export function upgradePlan(before: readonly Planned[], after: readonly Planned[]): UpgradePlan {
  const standing = new Map(before.map((each) => [each.urn, each]));
  const plan: UpgradePlan = { kept: [], made: [], removed: [], replaced: {} };
  for (const { urn, type, inputs, aliases = [] } of after) {
    const known = [urn, ...aliases].find((each) => standing.has(each));
    const old = known === undefined ? undefined : standing.get(known);
    if (known !== undefined) standing.delete(known);
    if (!old) {
      plan.made.push(urn);
      continue;
    }
    const because = replacing(type).filter((input) => !isDeepStrictEqual(old.inputs?.[input], inputs?.[input]));
    if (because.length) plan.replaced[urn] = because;
    else plan.kept.push(urn);
  }
  plan.removed = [...standing.keys()];
  return plan;
}
