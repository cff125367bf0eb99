import { outcomeKey } from "./layout.ts";
import { TaskSummary } from "./manifest.ts";
import { handedOverBy, type Task } from "./plan.ts";
import type { TaskOutcome } from "./taskOutcome.ts";

/**
 * Reads the commits of a planned task and of all that it handed over, each task before those it handed over to.
 * @param readCommit undefined: the task has not committed
 * @throws Error naming a commit that is another task's, or that hands over to a task not below it
 */
export async function summarizeTask(
  run: string,
  date: string,
  planned: Task,
  readCommit: (task: string) => Promise<{ outcome: TaskOutcome; bytes: Uint8Array } | undefined>,
): Promise<TaskSummary> {
  const summary = new TaskSummary(planned);
  const out: Task[] = [planned];
  for (let task = out.pop(); task; task = out.pop()) {
    const commit = await readCommit(task.id);
    if (!commit) {
      summary.lacks(task);
      continue;
    }
    const { outcome, bytes } = commit;
    if (outcome.run_id !== run || outcome.task !== task.id)
      throw new Error(`run ${run}: the commit of ${task.id} says that it is of ${outcome.task} in ${outcome.run_id}`);
    const stray = outcome.follow_ups?.find(({ id }) => handedOverBy(id) !== outcome.task);
    if (stray) throw new Error(`run ${run}: task ${task.id} hands over to ${stray.id}, which is not below it`);
    summary.add(outcome, outcomeKey(run, date, task.id), bytes);
    out.push(...(outcome.follow_ups ?? []).toReversed());
  }
  return summary;
}
