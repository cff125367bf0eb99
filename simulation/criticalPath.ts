import { DEFINITIONS_AT_MOST, type Holdings } from "./estate.ts";
import { documentedRate, type Latencies, type Rate } from "./rates.ts";
import type { Script } from "./script.ts";

/** The deepest chain of calls of which each needs the answer of the one before it, milliseconds. */
export interface CriticalPath {
  /** From the boss's start to the first call in a member account. */
  toAccounts: number;
  /** The slowest listing of the estate, with its details; which one. */
  reading: number;
  slowest: string;
  /** From the last evidence to the signature. */
  toSeal: number;
  total: number;
}

/** Time that so many calls of one bucket take at the least, given the share of it that they may take. */
const leastMs = (calls: number, rate: Rate | undefined, share: number): number =>
  rate ? Math.max(0, ((calls - rate.size * share) / (rate.refill * share)) * 1000) : 0;

/**
 * The least that a run over this estate could take, were everything done at once that can be: every account, region,
 * listing and detail at the same time, pages one after the other since each names the next, and as many calls as the
 * share of the documented buckets gives. What is left of the system in it is what its contract asks for: plan, commit, marks, seal.
 */
export function criticalPath(
  { accounts, regions, auditors, page }: Script,
  holdings: ReadonlyMap<string, Holdings>,
  { audit, member }: Latencies,
  coldStart: number,
  share: number,
): CriticalPath {
  const throttled = (calls: number, rate: Rate | undefined) => leastMs(calls, rate, share);
  // GetParameter, plan, Invoke; outcome there?, AssumeRole, DescribeRegions.
  const sessions = throttled(accounts.length * auditors.length, documentedRate({ service: "sts", what: "AssumeRole" }));
  const toAccounts = 2 * coldStart + 5 * audit + member + sessions;
  let [reading, slowest] = [0, ""];
  const chain = (
    what: string,
    listing: string,
    of: number,
    detail?: { operation: string; each: number },
    size = page,
  ) => {
    const pages = Math.max(1, Math.ceil(of / size));
    const rateOf = (operation: string) => documentedRate({ service: what.split(" ")[0]!, what: operation });
    const [ofList, ofDetail] = [rateOf(listing), detail && rateOf(detail.operation)];
    const list = Math.max(pages * member, throttled(pages, ofList));
    // What draws on the listing's own bucket comes after its pages.
    const drawn = (detail ? of * detail.each : 0) + (ofDetail && ofDetail.of === ofList?.of ? pages : 0);
    const details = detail && of ? Math.max(member, throttled(drawn, ofDetail)) : 0;
    // The last page's details cannot begin before it is there; those of the others go on meanwhile.
    const ms = Math.max(list + (details ? member : 0), details);
    if (ms > reading) [reading, slowest] = [ms, what];
  };
  for (const account of accounts) {
    const { instances, groups, people, volumes, snapshots, definitions } = holdings.get(account)!;
    if (auditors.includes("iam"))
      chain(`iam ${account}`, "GetAccountAuthorizationDetails", people.length, {
        operation: "ListAccessKeys",
        each: 1,
      });
    for (const region of regions) {
      const name = (service: string) => `${service} ${account} ${region}`;
      if (auditors.includes("rds")) {
        chain(name("rds"), "DescribeDBInstances", instances.get(region)!.length);
        chain(name("rds"), "DescribeDBSubnetGroups", groups.get(region)!.length, {
          operation: "ListTagsForResource",
          each: 1,
        });
      }
      if (auditors.includes("ecs")) {
        const detail = { operation: "DescribeTaskDefinition", each: 1 };
        chain(
          name("ecs"),
          "ListTaskDefinitions",
          definitions.get(region)!,
          detail,
          Math.min(page, DEFINITIONS_AT_MOST),
        );
      }
      if (auditors.includes("ec2")) {
        chain(name("ec2"), "DescribeVolumes", volumes.get(region)!);
        chain(name("ec2"), "DescribeSnapshots", snapshots.get(region)!, {
          operation: "DescribeSnapshotAttribute",
          each: 1,
        });
      }
    }
  }
  // Evidence, commit, mark, list, group's mark, list, Invoke; then the sealer: chain, manifest there?, plan, marks,
  // hold, commits, place, public key, manifest, read again, signature there?, key beside it, Sign, signature.
  const toSeal = 7 * audit + coldStart + 14 * audit;
  return { toAccounts, reading, slowest, toSeal, total: toAccounts + reading + toSeal };
}
