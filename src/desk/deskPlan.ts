import { ulid } from "ulid";
import type { Took } from "../evidence/durations.ts";
import { GLOBAL, type Narrowed, type Plan, type PlannedAuditor, plannedItems, planRun } from "../evidence/plan.ts";
import type { Catalog } from "../tables/catalog.ts";
import type { Caller } from "./caller.ts";

/** What a run from a desk is to cover. */
export interface DeskScope {
  caller: Pick<Caller, "arn">;
  accounts: readonly string[];
  excluded: readonly { account_id: string; reason: string }[];
  catalog: Pick<Catalog, "auditors">;
  /** Regions of the plan. */
  regions: readonly string[];
  /** What there is more of than was asked for. */
  narrowed: readonly Narrowed[];
  toolVersion: string;
  took?: Took | undefined;
}

/** The plan of a run from a desk: the same as the boss would make of it. */
export const deskPlan = ({ caller, catalog, ...scope }: DeskScope, now: Date): Plan =>
  planRun({
    runId: ulid(now.getTime()),
    startedAt: now,
    requestedBy: caller.arn,
    desk: { caller_arn: caller.arn },
    toolVersion: scope.toolVersion,
    accounts: scope.accounts,
    excluded: scope.excluded,
    auditors: plannedAuditors(catalog),
    regions: scope.regions,
    narrowed: scope.narrowed,
    took: scope.took,
  });

/** What the auditors of a catalog read once for an account, and in each region. */
function plannedAuditors({ auditors }: Pick<Catalog, "auditors">): PlannedAuditor[] {
  return Object.entries(auditors).map(([name, covered]) => {
    const types = (global: boolean) =>
      [...new Set(covered.filter((each) => each.global === global).map(({ type }) => type))].sort();
    return { name, global: types(true), regional: types(false) };
  });
}

/** About how much a run will ask AWS for, before it is known what there is. */
export interface Estimate {
  planned: number;
  /** One for each operation that lists, in each planned place that is open. */
  calls: number;
}

/** @param open regions that are known to be open */
export function estimateOf(plan: Plan, { auditors }: Pick<Catalog, "auditors">, open: ReadonlySet<string>): Estimate {
  const listings = (auditor: string, global: boolean) =>
    new Set((auditors[auditor] ?? []).filter((each) => each.global === global).map(({ operation }) => operation)).size;
  let planned = 0;
  let calls = 0;
  for (const task of plan.tasks)
    for (const { region } of plannedItems(task)) {
      planned += 1;
      if (region === GLOBAL || open.has(region)) calls += listings(task.auditor, region === GLOBAL);
    }
  return { planned, calls };
}
