import { GLOBAL, type Plan, plannedItems } from "../evidence/plan.ts";
import type { ServiceRights } from "../tables/declaredCatalog.ts";
import { type CallerPolicies, refusedWith, type Unread } from "./rights.ts";

/** What of a plan the policies of a caller will leave unread in one account. */
export interface Refusals {
  /** IAM actions that the plan asks for, and those of them that will be refused. */
  actions: number;
  refused: number;
  /** Types of resources of which nothing will be read. */
  types: number;
  /** Services of which something will be refused, most actions first. */
  services: Unread[];
  /** Planned items of the account in open regions, and those of them that will not be read whole. */
  items: number;
  incomplete: number;
}

/**
 * @param plan the run's
 * @param open regions that are known to be open
 */
export function refusalsOf(
  policies: CallerPolicies,
  rights: readonly ServiceRights[],
  {
    plan,
    account,
    partition,
    open,
  }: { plan: Pick<Plan, "tasks">; account: string; partition: string; open: ReadonlySet<string> },
): Refusals {
  const byService = new Map(
    rights.map((each) => [each.service, refusedWith(policies, partition, each.service, each.types)]),
  );
  const all = [...byService.values()];
  const count = (of: "actions" | "missing" | "types") => new Set(all.flatMap((each) => each[of])).size;
  /** Whether an auditor meets a refusal where it reads once for the account, or in a region. */
  const meets = (auditor: string, global: boolean): boolean =>
    rights.some(
      (each) =>
        each.auditor === auditor &&
        refusedWith(
          policies,
          partition,
          each.service,
          each.types.filter((type) => type.global === global),
        ).missing.length > 0,
    );
  const known = new Map<string, boolean>();
  let items = 0;
  let incomplete = 0;
  for (const task of plan.tasks)
    for (const item of plannedItems(task)) {
      if (item.account_id !== account || (item.region !== GLOBAL && !open.has(item.region))) continue;
      const global = item.region === GLOBAL;
      const key = `${task.auditor} ${global}`;
      if (!known.has(key)) known.set(key, meets(task.auditor, global));
      items += 1;
      if (known.get(key)) incomplete += 1;
    }
  return {
    actions: count("actions"),
    refused: count("missing"),
    types: count("types"),
    services: all.filter(({ missing }) => missing.length).sort((a, b) => b.missing.length - a.missing.length),
    items,
    incomplete,
  };
}
