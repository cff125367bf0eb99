import { AUDIT_ACCOUNT } from "../sandbox/estate/organization.ts";
import { criticalPath } from "./criticalPath.ts";
import { type Latencies, ratedFates } from "./rates.ts";
import { quietScript, type Script } from "./script.ts";
import { type SimulationOptions, simulate } from "./simulate.ts";
import { simulatedAuditors } from "./world.ts";

/** Answers take as long as within a region, and as in a region some way off. */
export const LATENCIES: Latencies = { audit: 20, member: 60 };
export const COLD_START_MS = 500;
const SEED = 1;

export const idOf = (n: number): string => String(100_000_000_000 + n);

/** A run where nothing goes wrong, of three auditors in three regions, with pages as AWS makes them. */
export const scaled = (accounts: number, script: Partial<Script> = {}): Script => ({
  ...quietScript(SEED),
  accounts: Array.from({ length: accounts }, (_none, n) => idOf(n)),
  regions: ["eu-central-1", "eu-west-1", "us-east-1"],
  auditors: Object.keys(simulatedAuditors),
  sizes: { instances: 4, groups: 2, people: 3, volumes: 40, snapshots: 20 },
  page: 100,
  late: 0,
  ...script,
});

/** What else goes on while a run does. */
export type Workload = (rates: ReturnType<typeof ratedFates>) => SimulationOptions["workload"];

/** A whole run in virtual time under AWS's documented rates, against the least it could take. */
export async function timed(
  script: Script,
  {
    workload,
    ...options
  }: { workload?: Workload } & Pick<SimulationOptions, "furnish" | "durations" | "concurrency"> = {},
) {
  const rates = ratedFates(LATENCIES, AUDIT_ACCOUNT, script.apiShare);
  const before = process.cpuUsage();
  const also = workload?.(rates);
  const report = await simulate(SEED, {
    script,
    fate: rates.fate,
    coldStartMs: COLD_START_MS,
    ...(also ? { workload: also } : {}),
    ...options,
  });
  const { user, system } = process.cpuUsage(before);
  const path = criticalPath(script, report.holdings, LATENCIES, COLD_START_MS, script.apiShare);
  const manifest = [...report.documents].find(([key]) => key.endsWith("/manifest.json"))?.[1];
  const sealed = manifest && JSON.parse(manifest);
  return {
    report,
    path,
    ratio: report.took / path.total,
    refused: [...rates.buckets.values()].reduce((sum, bucket) => sum + (bucket.refused.run ?? 0), 0),
    beyond: rates.beyond(),
    tasks: (sealed?.tasks.length ?? 0) as number,
    items: (sealed?.totals.items ?? 0) as number,
    calls: (sealed?.totals.calls ?? 0) as number,
    cpuMs: (user + system) / 1000,
    rates,
  };
}
