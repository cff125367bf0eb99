import type { Outcome } from "../evidence/outcome.ts";
import type { Row } from "./parquetFile.ts";
import type { SealedRun } from "./sealedRun.ts";

/** Rows of the tables about a run, in the order of their columns in {@link RUN_TABLES}. */
export const runRows = {
  runs: ({ run, plan, manifest, manifestKey, manifestSha256 }: SealedRun): Row[] => [
    [
      run,
      new Date(plan.started_at),
      new Date(manifest.sealed_at),
      plan.requested_by,
      plan.tool_version,
      manifest.complete,
      plan.accounts,
      plan.auditors,
      plan.regions,
      manifest.totals.planned,
      manifest.totals.items,
      manifest.totals.objects,
      manifest.totals.bytes,
      manifest.totals.calls,
      manifestKey,
      manifestSha256,
    ],
  ],
  objects: ({ run, manifest }: SealedRun): Row[] =>
    manifest.objects.map((each) => [run, each.key, each.resource_type, each.items, each.bytes, each.sha256]),
  outcomes: ({ run, manifest }: SealedRun): Row[] =>
    manifest.outcomes.map((each) => [
      run,
      each.auditor,
      each.account_id,
      each.region,
      each.status,
      itemsOf(each),
      JSON.stringify(each.counts),
      each.errors.map((error) => JSON.stringify(error)),
      each.remedy ?? null,
      each.calls,
      each.retries,
      each.ms,
    ]),
  accounts: ({ run, plan, manifest }: SealedRun): Row[] => {
    const counted = new Map<string, { planned: number; collected: number; items: number }>();
    for (const account of plan.accounts) counted.set(account, { planned: 0, collected: 0, items: 0 });
    for (const outcome of manifest.outcomes) {
      const account = counted.get(outcome.account_id);
      if (!account) continue;
      account.planned += 1;
      if (outcome.status === "collected") account.collected += 1;
      account.items += itemsOf(outcome);
    }
    return [
      ...[...counted].map(([id, { planned, collected, items }]): Row => [run, id, null, planned, collected, items]),
      ...plan.excluded.map(({ account_id, reason }): Row => [run, account_id, reason, 0, 0, 0]),
    ];
  },
};

const itemsOf = ({ counts }: Outcome): number => Object.values(counts).reduce((total, count) => total + count, 0);
