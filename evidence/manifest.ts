import * as z from "zod";
import { EvidenceObject, Outcome } from "./outcome.ts";
import { type Plan, type PlannedItem, plannedItems, sha256, type Task } from "./plan.ts";
import type { TaskOutcome } from "./taskOutcome.ts";

/** What a sealed run holds: every outcome and every object that counts. */
export const Manifest = z.object({
  run_id: z.string(),
  sealed_at: z.string(),
  plan_sha256: z.string(),
  complete: z.boolean(),
  totals: z.object({
    planned: z.number().int(),
    outcomes: z.record(z.string(), z.number().int()),
    items: z.number().int(),
    objects: z.number().int(),
    bytes: z.number().int(),
    calls: z.number().int(),
  }),
  outcomes: z.array(Outcome),
  objects: z.array(EvidenceObject),
});
export type Manifest = z.infer<typeof Manifest>;

const itemKey = ({ auditor, account_id, region }: PlannedItem): string => `${auditor} ${account_id} ${region}`;

/** Coverage does not hold: planned items without an outcome, or with more than one. */
export class CoverageError extends Error {
  constructor(
    readonly missing: string[],
    readonly repeated: string[],
    readonly unplanned: string[],
  ) {
    const say = (what: string, keys: string[]) =>
      keys.length ? [`${what}: ${keys.slice(0, 5).join(", ")}${keys.length > 5 ? `, … (${keys.length})` : ""}`] : [];
    super(
      [
        ...say("no outcome for", missing),
        ...say("more than one outcome for", repeated),
        ...say("outcome of an item that was not planned", unplanned),
      ].join("; "),
    );
    this.name = "CoverageError";
  }
}

/** All tasks of a run that committed outcomes name: the plan's and those handed over. */
export function tasksOf(plan: Plan, committed: readonly TaskOutcome[]): Task[] {
  return [...plan.tasks, ...committed.flatMap(({ follow_ups }) => follow_ups ?? [])];
}

/**
 * The manifest of a run, once each planned item has exactly one outcome.
 * @param planBytes the plan as it stands in the bucket
 * @throws CoverageError naming what is missing, repeated or was never planned
 */
export function buildManifest(
  plan: Plan,
  planBytes: string | Uint8Array,
  committed: readonly TaskOutcome[],
  sealedAt: Date,
): Manifest {
  const open = new Set(plan.tasks.flatMap(plannedItems).map(itemKey));
  const planned = open.size;
  const seen = new Set<string>();
  const repeated: string[] = [];
  const unplanned: string[] = [];
  const outcomes = committed.flatMap((task) => task.outcomes);
  for (const outcome of outcomes) {
    const key = itemKey(outcome);
    if (seen.has(key)) repeated.push(key);
    else if (!open.delete(key)) unplanned.push(key);
    seen.add(key);
  }
  if (open.size || repeated.length || unplanned.length) throw new CoverageError([...open], repeated, unplanned);
  const objects = committed.flatMap((task) => task.objects);
  const byStatus: Record<string, number> = {};
  for (const { status } of outcomes) byStatus[status] = (byStatus[status] ?? 0) + 1;
  const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);
  return {
    run_id: plan.run_id,
    sealed_at: sealedAt.toISOString(),
    plan_sha256: sha256(planBytes),
    complete: true,
    totals: {
      planned,
      outcomes: byStatus,
      items: sum(objects.map(({ items }) => items)),
      objects: objects.length,
      bytes: sum(objects.map(({ bytes }) => bytes)),
      calls: sum(outcomes.map(({ calls }) => calls)),
    },
    outcomes,
    objects,
  };
}
