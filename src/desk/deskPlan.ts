import { ulid } from "ulid";
import { type Auditor, plannedAuditor, type Service } from "../auditors/collector.ts";
import type { Took } from "../evidence/durations.ts";
import { GLOBAL, type Narrowed, type Plan, plannedItems, planRun } from "../evidence/plan.ts";
import type { Caller } from "./caller.ts";

/** What a run from a desk is to cover. */
export interface DeskScope {
  caller: Pick<Caller, "arn">;
  accounts: readonly string[];
  excluded: readonly { account_id: string; reason: string }[];
  auditors: readonly Auditor[];
  /** Regions of the plan. */
  regions: readonly string[];
  /** What there is more of than was asked for. */
  narrowed: readonly Narrowed[];
  toolVersion: string;
  took?: Took | undefined;
}

/** The plan of a run from a desk: the same as the boss would make of it. */
export const deskPlan = ({ caller, auditors, ...scope }: DeskScope, now: Date): Plan =>
  planRun({
    runId: ulid(now.getTime()),
    startedAt: now,
    requestedBy: caller.arn,
    desk: { caller_arn: caller.arn },
    toolVersion: scope.toolVersion,
    accounts: scope.accounts,
    excluded: scope.excluded,
    auditors: auditors.map(plannedAuditor),
    regions: scope.regions,
    narrowed: scope.narrowed,
    took: scope.took,
  });

/** What a run will ask AWS for at least, before it is known what there is. */
export interface Estimate {
  planned: number;
  /** One for each listing that needs no other before it. */
  calls: number;
}

/** @param open regions that are known to be open */
export function estimateOf(plan: Plan, auditors: readonly Auditor[], open: ReadonlySet<string>): Estimate {
  const byName = new Map(auditors.map((auditor) => [auditor.name, auditor]));
  let planned = 0;
  let calls = 0;
  for (const task of plan.tasks)
    for (const { region } of plannedItems(task)) {
      planned += 1;
      if (region !== GLOBAL && !open.has(region)) continue;
      for (const service of byName.get(task.auditor)!.services) calls += listingsIn(service, region === GLOBAL);
    }
  return { planned, calls };
}

const listingsIn = ({ collectors }: Service, global: boolean): number =>
  new Set(
    collectors
      .filter(({ scope }) => (scope === "regional") !== global)
      .map(({ listing }) => {
        let first = listing;
        while (first.parent) first = first.parent.listing;
        return first;
      }),
  ).size;
