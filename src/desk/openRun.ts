import type { EvidenceStore } from "../evidence/evidenceStore.ts";
import { manifestKey, planKey } from "../evidence/layout.ts";
import { Plan } from "../evidence/plan.ts";

/** The newest run of a folder, where it is not sealed: it was stopped, or its process died. */
export async function openRun({ source }: EvidenceStore): Promise<Plan | undefined> {
  for (const day of (await source.folders("runs/")).reverse()) {
    const date = /run_date=(\d{4}-\d\d-\d\d)\/$/.exec(day)?.[1];
    if (!date) continue;
    const newest = (await source.folders(day)).at(-1);
    const run = /run_id=([0-9A-Z]{26})\/$/.exec(newest ?? "")?.[1];
    if (!run) continue;
    if (await source.read(manifestKey(run, date))) return undefined;
    const plan = await source.read(planKey(run, date));
    return plan && Plan.parse(JSON.parse(Buffer.from(plan).toString("utf8")));
  }
  return undefined;
}
