import type { Outcome } from "../evidence/outcome.ts";
import { jsonText } from "./jsonText.ts";
import type { Row } from "./parquetFile.ts";
import type { SealedRun } from "./sealedRun.ts";

/** Rows of the tables about a run, in the order of their columns in {@link RUN_TABLES}. */
export const runRows = {
  runs: async function* ({ run, plan, manifest, manifestKey, manifestSha256 }: SealedRun): AsyncIterable<Row> {
    yield [
      run,
      new Date(plan.started_at),
      new Date(manifest.sealed_at),
      plan.requested_by,
      plan.tool_version,
      manifest.complete,
      plan.accounts,
      plan.auditors.map(({ name }) => name),
      plan.regions,
      manifest.totals.planned,
      manifest.totals.items,
      manifest.totals.objects,
      manifest.totals.bytes,
      manifest.totals.calls,
      manifestKey,
      manifestSha256,
      plan.narrowed ?? [],
    ];
  },
  objects: async function* ({ run, objects }: SealedRun): AsyncIterable<Row> {
    for (const each of objects) yield [run, each.key, each.resource_type, each.items, each.bytes, each.sha256];
  },
  outcomes: async function* ({ run, outcomes }: SealedRun): AsyncIterable<Row> {
    for await (const each of outcomes())
      yield [
        run,
        each.auditor,
        each.account_id,
        each.region,
        each.status,
        itemsOf(each),
        jsonText(each.counts),
        each.errors.map((error) => jsonText(error)),
        each.remedy ?? null,
        each.calls,
        each.retries,
        each.ms,
        (each.notes ?? []).map((note) => jsonText(note)),
      ];
  },
  accounts: async function* ({ run, plan, outcomes }: SealedRun): AsyncIterable<Row> {
    const counted = new Map<string, { planned: number; collected: number; items: number }>();
    for (const account of plan.accounts) counted.set(account, { planned: 0, collected: 0, items: 0 });
    for await (const outcome of outcomes()) {
      const account = counted.get(outcome.account_id);
      if (!account) continue;
      account.planned += 1;
      if (outcome.status === "collected") account.collected += 1;
      account.items += itemsOf(outcome);
    }
    for (const [id, { planned, collected, items }] of counted) yield [run, id, null, planned, collected, items];
    for (const { account_id, reason } of plan.excluded) yield [run, account_id, reason, 0, 0, 0];
  },
};

const itemsOf = ({ counts }: Outcome): number => Object.values(counts).reduce((total, count) => total + count, 0);
