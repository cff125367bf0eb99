import { buildManifest, type Manifest, tasksOf } from "./manifest.ts";
import type { RunStore } from "./store.ts";
import type { TaskOutcome } from "./taskOutcome.ts";

/** Outcomes read at the same time. */
const READS_AT_ONCE = 32;

/** Whether every task of the run, handed-over ones too, has committed. */
export async function isLastOut(store: RunStore, run: string, date: string): Promise<boolean> {
  const [{ plan }, committed] = await Promise.all([store.readPlan(run, date), store.committedTasks(run, date)]);
  if (committed.length < plan.tasks.length) return false;
  const done = new Set(committed);
  return plan.tasks.every(({ id }) => done.has(id));
}

/**
 * Seals a run: checks each planned item for exactly one outcome and writes the manifest once, whoever races.
 * @returns the manifest that stands, or undefined while a task is still out
 * @throws CoverageError when all tasks are in and coverage still does not hold
 */
export async function seal(store: RunStore, run: string, date: string, now: Date): Promise<Manifest | undefined> {
  const standing = await store.readManifest(run, date);
  if (standing) return standing;
  const [{ plan, bytes }, names] = await Promise.all([store.readPlan(run, date), store.committedTasks(run, date)]);
  const committed: TaskOutcome[] = [];
  for (let start = 0; start < names.length; start += READS_AT_ONCE) {
    const read = names.slice(start, start + READS_AT_ONCE).map((task) => store.readOutcome(run, date, task));
    for (const outcome of await Promise.all(read)) if (outcome) committed.push(outcome);
  }
  const done = new Set(names);
  if (!tasksOf(plan, committed).every(({ id }) => done.has(id))) return undefined;
  const manifest = buildManifest(plan, bytes, committed, now);
  return (await store.writeManifest(date, manifest)) ? manifest : store.readManifest(run, date);
}
