import pLimit from "p-limit";
import { completeTask } from "../evidence/completeTask.ts";
import type { EvidenceStore } from "../evidence/evidenceStore.ts";
import { runDate } from "../evidence/layout.ts";
import type { Manifest } from "../evidence/manifest.ts";
import type { Plan, Task } from "../evidence/plan.ts";
import { seal } from "../evidence/seal.ts";
import type { Signer } from "../evidence/signer.ts";
import { type RunStore, runStoreIn } from "../evidence/store.ts";
import type { TaskOutcome } from "../evidence/taskOutcome.ts";

/** Reads a task and writes its evidence; what it answers with is to be committed. */
export type TaskReader = (task: Task) => Promise<TaskOutcome>;

/** What a run from a desk needs. */
export interface DeskRun {
  plan: Plan;
  evidence: EvidenceStore;
  read: TaskReader;
  /** Tasks under way at the same time. */
  atOnce: number;
  signer: Signer;
  /** Fires when no more is to be read: what is under way is handed over, and what is not begun stays open. */
  stop: AbortSignal;
  now: () => number;
  /** Leaves what the run took, for the order of the next one. */
  leaveDurations?: (text: string) => Promise<void>;
  /** Told of each task that has committed. */
  committed?: (commit: TaskOutcome) => void;
}

/** Where a run stands: sealed, or open with tasks that can be gone on with. */
export type DeskRunEnd = { manifest: Manifest } | { open: readonly Task[] };

/** The sealer of a folder is one process at a time, which holds the folder. */
const SEALER = { holder: "desk", expiresAt: 0 };

/** Reads the open tasks of a run, in the order of its plan, and seals it when none is left. */
export async function collectRun(run: DeskRun): Promise<DeskRunEnd> {
  const { plan, stop } = run;
  const store = runStoreIn(run.evidence);
  const date = runDate(plan.started_at);
  const limit = pLimit(run.atOnce);
  const failed: unknown[] = [];
  const one = async (task: Task): Promise<void> => {
    if (stop.aborted || failed.length) return;
    try {
      const standing = await store.commit(date, await run.read(task));
      run.committed?.(standing);
      await completeTask(store, date, task, standing);
      for (const next of standing.follow_ups ?? []) await one(next);
    } catch (error) {
      failed.push(error);
    }
  };
  const open = await openTasks(store, plan);
  await Promise.all(open.map((task) => limit(() => one(task))));
  if (failed.length) throw failed[0];
  const left = await openTasks(store, plan);
  return left.length ? { open: left } : { manifest: await sealRun(run) };
}

/** What sealing a run from a desk needs. */
export type Sealing = Pick<DeskRun, "plan" | "signer" | "now" | "evidence" | "leaveDurations">;

/**
 * Seals a run.
 * @param incomplete who asks for it although tasks are open; without it an open run is an error
 */
export async function sealRun(
  { plan, signer, now, evidence, leaveDurations }: Sealing,
  incomplete?: { requested_by: string },
): Promise<Manifest> {
  const sealing = {
    store: runStoreIn(evidence),
    signer,
    now,
    lease: SEALER,
    incomplete,
    ...(leaveDurations ? { leaveDurations } : {}),
  };
  const end = await seal(sealing, plan.run_id, runDate(plan.started_at));
  if ("open" in end) throw new Error(`run ${plan.run_id} has ${end.open.length} open tasks`);
  if ("leaseExpiresAt" in end) throw new Error(`run ${plan.run_id} is being sealed by another process`);
  return end;
}

/** Tasks that have not committed: planned ones, and those that were handed over. Marks that are missing are made good. */
export async function openTasks(store: RunStore, plan: Plan): Promise<Task[]> {
  const date = runDate(plan.started_at);
  const open: Task[] = [];
  const look = async (task: Task): Promise<void> => {
    const standing = await store.readOutcome(plan.run_id, date, task.id);
    if (!standing) return void open.push(task);
    await completeTask(store, date, task, standing);
    for (const next of standing.follow_ups ?? []) await look(next);
  };
  for (const task of plan.tasks) await look(task);
  return open;
}

/** Commits of a run that stand already, for who goes on with it. */
export async function standingCommits(store: RunStore, plan: Plan): Promise<TaskOutcome[]> {
  const date = runDate(plan.started_at);
  const tasks = await store.committedTasks(plan.run_id, date);
  const commits = await Promise.all(tasks.map((task) => store.readOutcome(plan.run_id, date, task)));
  return commits.filter((commit) => commit !== undefined);
}
