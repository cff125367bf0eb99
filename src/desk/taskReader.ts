import { ulid } from "ulid";
import type { Auditor } from "../auditors/collector.ts";
import type { AccountAccess } from "../collect/accountSession.ts";
import type { ClientOptions, Waits } from "../collect/clientOptions.ts";
import { runTask } from "../collect/task.ts";
import type { EvidenceStore } from "../evidence/evidenceStore.ts";
import { runDate } from "../evidence/layout.ts";
import type { Outcome } from "../evidence/outcome.ts";
import type { Plan } from "../evidence/plan.ts";
import type { TaskReader } from "./deskRun.ts";

/** What reading tasks from a desk needs. */
export interface Reading {
  plan: Pick<Plan, "run_id" | "started_at">;
  auditors: readonly Auditor[];
  access: AccountAccess;
  evidence: EvidenceStore;
  /** The caller's own account. */
  account: string;
  homeRegion: string;
  digestKey: string;
  apiShare: number;
  client: (waits: Waits) => ClientOptions;
  stop: AbortSignal;
  finished?: (outcome: Outcome) => void;
}

/** Reads tasks in this process. */
export function taskReader({ plan, auditors, stop, finished, ...reading }: Reading): TaskReader {
  const byName = new Map(auditors.map((auditor) => [auditor.name, auditor]));
  return async (task) => {
    const auditor = byName.get(task.auditor);
    if (!auditor) throw new Error(`task ${task.id} is of the auditor ${task.auditor}, which is not known`);
    return runTask({
      ...reading,
      runId: plan.run_id,
      date: runDate(plan.started_at),
      task,
      attempt: ulid().slice(-10).toLowerCase(),
      auditor,
      deadline: stop,
      now: Date.now,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      ...(finished ? { finished } : {}),
    });
  };
}
