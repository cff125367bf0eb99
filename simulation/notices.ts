import { evidenceObjectOf } from "../src/evidence/layout.ts";
import type { Notice } from "../src/evidence/verify.ts";
import type { Script } from "./script.ts";

/** What happened in a run that a notice may be about. */
export interface Occasions {
  script: Script;
  /** How often each task was begun, by run and name. */
  tries: ReadonlyMap<string, number>;
  /** Whether a run was sealed without some of its tasks. */
  incomplete: boolean;
}

export const taskName = (run: string, task: string): string => `${run} ${task}`;

/** Whether a notice is one of something that died, or went wrong: in a run without trouble there is nothing to notice. */
export function hasOccasion({ kind, key, problem }: Notice, { script, tries, incomplete }: Occasions) {
  switch (kind) {
    case "uncommitted": {
      const { run = "", task = "" } = evidenceObjectOf(key) ?? {};
      // Lambda's answer was lost: the boss commits for a task that it takes for one that was not begun. Or the task's one
      // try died, and Lambda kept its event no longer.
      const isOther = /; (boss|recorder) is the one that counts$/.test(problem);
      return isOther || (tries.get(taskName(run, task)) ?? 0) > 1;
    }
    case "time":
      return script.clocks.size + script.clocksPutBack.size > 0;
    // Somebody had it sealed without a task, and the task committed all the same.
    case "incomplete":
    case "late":
      return incomplete;
    // That a run was never sealed is told by the run.
    case "unsealed":
      return true;
    // A deployed sealer signs every run, and the watchdog makes up for one that died before it did: never "unsigned".
    default:
      return false;
  }
}
