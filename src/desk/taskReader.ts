import { ulid } from "ulid";
import type { Auditor } from "../auditors/collector.ts";
import { compose, loadServices } from "../auditors/registry.ts";
import type { AccountAccess } from "../collect/accountSession.ts";
import type { AwsClock } from "../collect/awsClock.ts";
import type { ClientOptions, Waits } from "../collect/clientOptions.ts";
import { hasAddress, offering } from "../collect/offering.ts";
import { runTask } from "../collect/task.ts";
import type { EvidenceStore } from "../evidence/evidenceStore.ts";
import { runDate } from "../evidence/layout.ts";
import type { Outcome } from "../evidence/outcome.ts";
import type { Plan } from "../evidence/plan.ts";
import type { TaskReader } from "./deskRun.ts";

/** What reading tasks from a desk needs. */
export interface Reading {
  plan: Pick<Plan, "run_id" | "started_at">;
  /** Names of all auditors of the plan: a service that is one by itself is left out of its group. */
  auditors: readonly string[];
  access: AccountAccess;
  evidence: EvidenceStore;
  /** The caller's own account. */
  account: string;
  homeRegion: string;
  digestKey: string;
  apiShare: number;
  client: (waits: Waits) => ClientOptions;
  /** AWS's time, by which calls are signed. */
  clock: AwsClock;
  /** Milliseconds since the epoch, by AWS's clock. */
  now: () => number;
  stop: AbortSignal;
  finished?: (outcome: Outcome) => void;
}

/** Reads tasks in this thread; the clients of a task's services are loaded when it comes. */
export function taskReader({ plan, auditors, stop, finished, ...reading }: Reading): TaskReader {
  const composed = new Map(compose(auditors).map(({ name, services }) => [name, services]));
  const loaded = new Map<string, Promise<Auditor>>();
  const load = async (name: string): Promise<Auditor> => {
    const services = composed.get(name);
    if (!services) throw new Error(`the plan has tasks of the auditor ${name}, which is not known`);
    return { name, services: await loadServices(services) };
  };
  const offered = offering(hasAddress);
  return async (task) => {
    if (!loaded.has(task.auditor)) loaded.set(task.auditor, load(task.auditor));
    return runTask({
      ...reading,
      runId: plan.run_id,
      date: runDate(plan.started_at),
      task,
      attempt: ulid().slice(-10).toLowerCase(),
      auditor: await loaded.get(task.auditor)!,
      offering: offered,
      deadline: stop,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      ...(finished ? { finished } : {}),
    });
  };
}
