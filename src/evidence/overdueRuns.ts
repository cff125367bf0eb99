import { decodeTime } from "ulid";
import { RUNS_PREFIX, runDocumentOf } from "./layout.ts";
import type { EvidenceSource } from "./source.ts";

/** Days of runs that are looked at: what is older has been told of hourly for a week. */
const DAYS_BACK = 7;
const DAY = 24 * 3600 * 1000;

/** A run that should be sealed and signed by now. */
export interface OverdueRun {
  run: string;
  date: string;
  /** True when the manifest stands and only its signature is missing. */
  unsigned: boolean;
}

/** Runs of the last week that are older than the deadline and not sealed and signed. One listing for each run. */
export async function overdueRuns(source: EvidenceSource, now: number, deadlineMs: number): Promise<OverdueRun[]> {
  const overdue: OverdueRun[] = [];
  for (let day = DAYS_BACK; day >= 0; day--) {
    const date = new Date(now - day * DAY).toISOString().slice(0, 10);
    for (const folder of await source.folders(`${RUNS_PREFIX}${date}/`)) {
      const run = runDocumentOf(`${folder}manifest.json`)?.run;
      if (!run || now - decodeTime(run) < deadlineMs) continue;
      const names = new Set<string | undefined>();
      for await (const { key } of source.list(`${folder}manifest.`)) names.add(runDocumentOf(key)?.name);
      const sealed = names.has("manifest.json");
      if (!sealed || !names.has("manifest.sig")) overdue.push({ run, date, unsigned: sealed });
    }
  }
  return overdue;
}
