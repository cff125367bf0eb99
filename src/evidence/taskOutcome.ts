import * as z from "zod";
import { EvidenceObject, Outcome, type OutcomeStatus, type ReadError } from "./outcome.ts";
import { plannedItems, Task } from "./plan.ts";

/** The commit of a task: its outcomes, the objects that count, and the tasks that go on where this one stopped. */
export const TaskOutcome = z.object({
  run_id: z.string(),
  task: z.string(),
  attempt: z.string(),
  /** Hex SHA-256 of the bundle of the function that committed. */
  bundle_sha256: z.string().optional(),
  committed_at: z.string(),
  /** What Lambda asks to be paid for the attempt that committed: milliseconds up to the commit, and the function's megabytes. */
  ran: z.object({ ms: z.number().int(), memory_mb: z.number().int() }).optional(),
  outcomes: z.array(Outcome),
  objects: z.array(EvidenceObject),
  follow_ups: z.array(Task).optional(),
});
export type TaskOutcome = z.infer<typeof TaskOutcome>;

/** Why nobody read a task's planned items. */
export interface Unread {
  /** Who says so: `boss`, `recorder`. */
  attempt: string;
  bundleSha256?: string | undefined;
  status: Exclude<OutcomeStatus, "collected">;
  error: ReadError;
  remedy: string;
}

/** The commit of a task that was not read. What tasks before it had read of its planned items stays counted. */
export function unreadOutcome(
  runId: string,
  task: Task,
  { attempt, bundleSha256, status, error, remedy }: Unread,
  now: number,
) {
  const begun = new Map(task.begun?.map(({ outcome }) => [`${outcome.account_id} ${outcome.region}`, outcome]));
  return {
    run_id: runId,
    task: task.id,
    attempt,
    ...(bundleSha256 ? { bundle_sha256: bundleSha256 } : {}),
    committed_at: new Date(now).toISOString(),
    outcomes: plannedItems(task).map((item): Outcome => {
      const soFar = begun.get(`${item.account_id} ${item.region}`);
      return {
        ...item,
        counts: {},
        calls: 0,
        retries: 0,
        ms: 0,
        ...soFar,
        status,
        errors: [...(soFar?.errors ?? []), error],
        remedy,
      };
    }),
    objects: [],
  } satisfies TaskOutcome;
}

/** Why a task was not read that Lambda did not take. */
export function notInvoked(thrown: unknown): Omit<Unread, "attempt" | "bundleSha256"> {
  const { name: code, message } = thrown as Error;
  return {
    status: "failed",
    error: { operation: "Invoke", code, message, times: 1 },
    remedy: "The task could not be invoked; run again for these accounts.",
  };
}
