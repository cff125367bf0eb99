import type { EvidenceStore } from "../evidence/evidenceStore.ts";
import { manifestKey, planKey } from "../evidence/layout.ts";
import { Plan } from "../evidence/plan.ts";

/** A run of a folder, and whether it is sealed. One that is not was stopped, or its process died. */
export interface NewestRun {
  plan: Plan;
  sealed: boolean;
}

/** The newest run of a folder; undefined where there is none. */
export async function newestRun({ source }: EvidenceStore): Promise<NewestRun | undefined> {
  for (const day of (await source.folders("runs/")).reverse()) {
    const date = /run_date=(\d{4}-\d\d-\d\d)\/$/.exec(day)?.[1];
    if (!date) continue;
    for (const each of (await source.folders(day)).reverse()) {
      const run = /run_id=([0-9A-Z]{26})\/$/.exec(each)?.[1];
      // A process that died before its plan was whole has planned nothing.
      const plan = run && (await source.read(planKey(run, date)));
      if (!plan) continue;
      const manifest = await source.read(manifestKey(run, date));
      return { plan: Plan.parse(JSON.parse(Buffer.from(plan).toString("utf8"))), sealed: manifest !== undefined };
    }
  }
  return undefined;
}
