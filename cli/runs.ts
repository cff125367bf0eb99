import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { outcomesPrefix } from "../evidence/layout.ts";
import type { Manifest } from "../evidence/manifest.ts";
import type { Outcome } from "../evidence/outcome.ts";
import type { Plan } from "../evidence/plan.ts";
import type { RunStore } from "../evidence/store.ts";

/** What the boss answers. */
export const RunStarted = z.object({
  run_id: z.string(),
  tasks: z.number(),
  planned_items: z.number(),
  not_started: z.number(),
  bucket: z.string(),
  manifest_key: z.string(),
});
export type RunStarted = z.infer<typeof RunStarted>;

/** A problem the user can mend: shown as one line, without a stack. */
export class CliError extends Error {}

/** What narrows a run. */
export interface Narrowing {
  accounts?: string[];
  auditors?: string[];
  regions?: string[];
}

/**
 * Invokes the boss and answers once all tasks are queued.
 * @throws CliError with the boss's own words when it refuses
 */
export async function startRun(lambda: LambdaClient, boss: string, narrowing: Narrowing): Promise<RunStarted> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: boss, Payload: JSON.stringify(narrowing) }),
  );
  const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError) throw new CliError((answer as { errorMessage?: string })?.errorMessage ?? FunctionError);
  return RunStarted.parse(answer);
}

/** How far a run is. */
export interface Progress {
  plan: Plan;
  committed: string[];
  manifest: Manifest | undefined;
}

export async function progressOf(store: RunStore, run: string, date: string): Promise<Progress> {
  const [{ plan }, committed, sealed] = await Promise.all([
    store.readPlan(run, date),
    store.committedTasks(run, date),
    store.readManifest(run, date),
  ]);
  return { plan, committed, manifest: sealed?.manifest };
}

/** Splits a run's manifest key into what names the run. */
export function runOf(manifestKey: string): { run: string; date: string } {
  const match = /run_date=(\d{4}-\d\d-\d\d)\/run_id=([0-9A-Z]{26})\//.exec(manifestKey);
  if (!match)
    throw new CliError(`${manifestKey} is not the key of a run; its form is ${outcomesPrefix("<run>", "<day>")}`);
  return { date: match[1]!, run: match[2]! };
}

/** A cell of the coverage table: an auditor in an account, over all its regions. */
export interface Coverage {
  account: string;
  auditor: string;
  items: number;
  statuses: Record<string, number>;
  /** What is wrong, once each. */
  reasons: string[];
}

/** Sums outcomes up by account and auditor. Closed regions are no fault, and are counted apart. */
export async function coverage(outcomes: AsyncIterable<Outcome>): Promise<Coverage[]> {
  const cells = new Map<string, Coverage>();
  for await (const { account_id, auditor, counts, status, errors, remedy } of outcomes) {
    const key = `${account_id} ${auditor}`;
    const cell = cells.get(key) ?? { account: account_id, auditor, items: 0, statuses: {}, reasons: [] };
    cells.set(key, cell);
    cell.statuses[status] = (cell.statuses[status] ?? 0) + 1;
    for (const count of Object.values(counts)) cell.items += count;
    if (status === "collected" || status === "not-enabled") continue;
    for (const { operation, code, action } of errors) {
      const reason = `${operation}: ${code}${action ? ` (${action})` : ""}${remedy ? `. ${remedy}` : ""}`;
      if (!cell.reasons.includes(reason)) cell.reasons.push(reason);
    }
  }
  return [...cells.values()];
}
