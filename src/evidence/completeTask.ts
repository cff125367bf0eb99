import { handedOverBy, type Task } from "./plan.ts";
import type { RunStore } from "./store.ts";
import type { TaskOutcome } from "./taskOutcome.ts";

/**
 * Says that a committed task is finished, and finds out whether it is the last one out of the run. The tasks of a run
 * are a tree: groups of at most 1,000 planned tasks, and below a task those it handed over to. Whoever finishes the
 * last task of a folder finishes what is above it. Every step writes a mark create-only and then counts the marks: S3
 * lists what was written before, so of two that finish at once at least one sees both. A task costs two requests and
 * a group two more (one where it is the only one), however many tasks the run has. Repeating it is harmless, and
 * whoever finds a standing outcome repeats it: a death at any point is made good by the next delivery.
 * @returns whether nothing of the run is out any more, so that the sealer is to be invoked
 */
export async function completeTask(
  store: RunStore,
  date: string,
  task: Task,
  committed: TaskOutcome,
): Promise<boolean> {
  if (committed.follow_ups?.length) return false;
  const { run_id: run } = committed;
  const { group, parts = [] } = task;
  let finished = task.id;
  for (const of of [...parts].reverse()) {
    const parent = handedOverBy(finished);
    if (!parent) throw new Error(`task ${task.id} says that it was handed over ${parts.length} times`);
    await store.finishTask(run, date, parent, finished);
    if ((await store.finishedTasks(run, date, parent)) < of) return false;
    finished = parent;
  }
  await store.finishTask(run, date, group.index, finished);
  if ((await store.finishedTasks(run, date, group.index)) < group.tasks) return false;
  await store.finishGroup(run, date, group.index);
  return group.of === 1 || (await store.finishedGroups(run, date)) >= group.of;
}
