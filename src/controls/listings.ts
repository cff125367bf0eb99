import { GLOBAL, plannedItems } from "../evidence/plan.ts";
import { type Catalog, coveredBy } from "../tables/catalog.ts";
import { type Gap, gapsOf } from "../tables/gaps.ts";
import type { SealedRun } from "../tables/sealedRun.ts";

/**
 * What a run's listings are worth, scope by scope (a scope is an account and a region): where one did not answer,
 * what there is of a type is not known, and that a resource is not in the evidence says nothing. A few maps of what is
 * not whole; a run in which all answered has empty ones. `evaluate.ts` says the same in SQL.
 */
export interface Listings {
  /** Whether the run was to read a type in a scope; a region of null: anywhere in the account. */
  covers(type: string, account: string, region: string | null): boolean;
  /** Why one of some types is not wholly listed where a resource is; undefined: all are. */
  notWhole(types: readonly string[], account: string, region: string): string | undefined;
  /** Where the run was to read a type in an account. */
  scopes(type: string, account: string): ListedScope[];
}

/** A scope where a type was to be read. */
export interface ListedScope {
  region: string;
  /** Resources of the type there. */
  items: number;
  /** Why it is not wholly listed there. */
  why: string | undefined;
}

const NO_OUTCOME = "failed: no outcome tells whether it was read";

/** Reads the outcomes of a sealed run once. @param types those that are asked for later */
export async function listingsOf(
  sealed: SealedRun,
  catalog: Pick<Catalog, "auditors">,
  types: ReadonlySet<string>,
): Promise<Listings> {
  const { plan, manifest } = sealed;
  const covered = coveredBy(plan, catalog);
  const global = new Set(plan.auditors.flatMap((auditor) => auditor.global));
  const regional = new Set(plan.auditors.flatMap((auditor) => auditor.regional));
  const accounts = new Set(plan.accounts);
  const regions = new Set(plan.regions);
  /** By type, account and region. */
  const gaps = new Map<string, Map<string, Map<string, string>>>();
  const note = (type: string, account: string, region: string, why: string) => {
    if (!types.has(type)) return;
    const inType = gaps.get(type) ?? new Map<string, Map<string, string>>();
    const inAccount = inType.get(account) ?? new Map<string, string>();
    const standing = inAccount.get(region);
    inAccount.set(region, standing !== undefined && standing < why ? standing : why);
    gaps.set(type, inType.set(account, inAccount));
  };
  /** By `type account region`, where there is any. */
  const items = new Map<string, number>();
  for await (const outcome of sealed.outcomes()) {
    const { auditor, account_id, region, counts } = outcome;
    for (const [type, count] of Object.entries(counts)) {
      const key = `${type} ${account_id} ${region}`;
      if (count && types.has(type)) items.set(key, (items.get(key) ?? 0) + count);
    }
    const reported = new Set(Object.keys(counts));
    for (const gap of gapsOf(outcome, covered[auditor] ?? [])) {
      if (gap.listed) continue;
      reported.add(gap.resource_type);
      if (gap.status !== "not-enabled") note(gap.resource_type, account_id, region, reasonOf(gap));
    }
    for (const { type, global: once } of covered[auditor] ?? [])
      if (once === (region === GLOBAL) && !reported.has(type)) note(type, account_id, region, NO_OUTCOME);
  }
  for (const task of manifest.missing)
    for (const { auditor, account_id, region } of plannedItems(task))
      for (const { type, global: once } of covered[auditor] ?? [])
        if (once === (region === GLOBAL)) note(type, account_id, region, NO_OUTCOME);

  const whyAt = (type: string, account: string, region: string): string | undefined => {
    if (!global.has(type) && !regional.has(type))
      return region === GLOBAL ? `${type} is read by no auditor of the run` : undefined;
    const why = gaps.get(type)?.get(account)?.get(region);
    return why && `${type} ${why}`;
  };
  const anywhere = (type: string, account: string): (string | undefined)[] =>
    [GLOBAL, ...(gaps.get(type)?.get(account)?.keys() ?? [])].map((region) => whyAt(type, account, region));
  const regionsOf = (type: string) => [...(global.has(type) ? [GLOBAL] : []), ...(regional.has(type) ? regions : [])];
  return {
    scopes: (type, account) =>
      regionsOf(type).map((region) => ({
        region,
        items: items.get(`${type} ${account} ${region}`) ?? 0,
        why: gaps.get(type)?.get(account)?.get(region),
      })),
    covers: (type, account, region) =>
      accounts.has(account) &&
      (global.has(type) || (regional.has(type) && (region === null || region === GLOBAL || regions.has(region)))),
    notWhole: (needed, account, region) =>
      least(needed.map((type) => whyAt(type, account, GLOBAL))) ??
      least(needed.map((type) => whyAt(type, account, region))) ??
      (region === GLOBAL ? least(needed.flatMap((type) => anywhere(type, account))) : undefined),
  };
}

function reasonOf({ status, error }: Gap): string {
  const { operation, code, action } = error ?? {};
  return [`${status}:`, operation, code, action && `(${action})`].filter(Boolean).join(" ");
}

const least = (reasons: readonly (string | undefined)[]): string | undefined =>
  reasons.filter((each) => each !== undefined).sort()[0];
