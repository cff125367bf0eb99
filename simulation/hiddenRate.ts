import { AwsError } from "../sandbox/service.ts";
import { Bucket, type Rate } from "./rates.ts";
import { idOf, LATENCIES, scaled } from "./scale.ts";
import { simulate } from "./simulate.ts";

const SEED = 1;

/** An account in which RDS refuses what is more than a rate that it does not document. */
export interface HiddenRate {
  regions: readonly string[];
  /** Of each region. */
  rate: Rate;
  /** In each region: what takes a call each. */
  groups: number;
  /** Calls a second of the account's own workload in the first region. */
  workload: number;
}

/** A run in virtual time over such an account. */
export async function hiddenRateRun({ regions, rate, groups, workload }: HiddenRate) {
  const account = idOf(0);
  const buckets = new Map<string, Bucket>();
  const bucketOf = (region: string, now: number): Bucket => {
    const bucket = buckets.get(region) ?? new Bucket(rate, now);
    buckets.set(region, bucket);
    return bucket;
  };
  const { took, documents, violations } = await simulate(SEED, {
    script: scaled(1, { auditors: ["rds"], regions: [...regions], page: 100 }),
    furnish: (holdings) => {
      for (const region of regions)
        holdings.get(account)!.groups.set(
          region,
          Array.from({ length: groups }, (_none, n) => ({
            group: {
              DBSubnetGroupName: `net-${n}`,
              DBSubnetGroupArn: `arn:aws:rds:${region}:${account}:subgrp:net-${n}`,
            },
            tags: [],
          })),
        );
    },
    fate: (_account, { service, region }, now) => {
      if (service !== "rds") return { ms: LATENCIES.audit };
      if (bucketOf(region, now).take("run", now)) return { ms: LATENCIES.member };
      return { ms: LATENCIES.member, error: new AwsError("Throttling", "Rate exceeded", 400) };
    },
    workload: (clock, isOpen) => {
      const start = clock.now();
      const tick = () => {
        bucketOf(regions[0]!, clock.now()).take("workload", clock.now());
        if (clock.now() < start + 20_000 || isOpen()) clock.after(1000 / workload, tick);
      };
      clock.after(1000 / workload, tick);
    },
  });
  const manifest = [...documents].find(([key]) => key.endsWith("/manifest.json"))?.[1];
  const { collected = 0 } = JSON.parse(manifest ?? "{}").totals?.outcomes ?? {};
  const of = (who: "run" | "workload") => {
    const sum = (of: "taken" | "refused") => [...buckets.values()].reduce((all, each) => all + (each[of][who] ?? 0), 0);
    return { refused: sum("refused"), attempts: sum("refused") + sum("taken") };
  };
  return { took, violations, collected: collected as number, run: of("run"), workload: of("workload") };
}
