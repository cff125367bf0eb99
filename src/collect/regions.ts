import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { ClientClass, SdkClient } from "../auditors/collector.ts";
import type { Note } from "../evidence/outcome.ts";
import { GLOBAL } from "../evidence/plan.ts";
import { before, DeadlineReached } from "./deadline.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { causeOf, type Problem, problemOf } from "./problem.ts";
import type { TaskRun } from "./taskRun.ts";
import { tellThrottles } from "./throttles.ts";

/** Regions in which an account is asked for its regions, one after the other, until one answers. */
const ASKED_AT_MOST = 3;

/**
 * Regions that no account can close. Regions that came later are closed until an account opens them.
 * @see https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
const ALWAYS_OPEN = new Set([
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"],
  ...["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
  ...["us-gov-east-1", "us-gov-west-1", "cn-north-1", "cn-northwest-1"],
]);

/** What is known of a region in an account. */
export type RegionState =
  | { is: "open"; note?: Note }
  /** AWS says that the account has not opened it. */
  | { is: "closed"; problem: Problem }
  /** AWS names all regions, and not this one. */
  | { is: "unnamed"; problem: Problem }
  /** The account could not be asked: whether the region is open shows where it is read. */
  | { is: "unknown"; note: Note };

/** What the account's regions are, by name. `global` is always open. */
export type Regions = (region: string) => RegionState;

/** Asks an account which of the planned regions are open to it: once, and only where regions are planned. @throws DeadlineReached */
export async function regionsOf(
  run: TaskRun,
  builders: readonly OutcomeBuilder[],
  clientOf: (client: ClientClass, region: string) => SdkClient,
): Promise<Regions> {
  const regional = builders.filter(({ item }) => item.region !== GLOBAL);
  const [first] = regional;
  if (!first) return () => ({ is: "open" });
  const { account_id: account } = first.item;
  const candidates = [...new Set([run.homeRegion, ...regional.map(({ item }) => item.region)])].slice(0, ASKED_AT_MOST);
  let states: ReadonlyMap<string, string | undefined> | undefined;
  let problem: Problem | undefined;
  for (const region of candidates) {
    try {
      states = await describeRegions(run, first, clientOf(EC2Client, region));
      break;
    } catch (error) {
      if (error instanceof DeadlineReached || run.access.hasEnded?.(causeOf(error))) throw new DeadlineReached();
      problem ??= problemOf(error, { operation: "DescribeRegions", actions: ["ec2:DescribeRegions"], open: true });
    }
  }
  return (region) => {
    if (region === GLOBAL) return { is: "open" };
    if (!states) return { is: ALWAYS_OPEN.has(region) ? "open" : "unknown", note: noteOf(problem!) };
    const state = states.get(region);
    if (state === "opted-in" || state === "opt-in-not-required") return { is: "open" };
    if (state === "not-opted-in")
      return { is: "closed", problem: regionProblem("not-enabled", state, `${region} is ${state} in ${account}`) };
    return {
      is: "unnamed",
      problem: regionProblem(
        "failed",
        "RegionNotNamed",
        `DescribeRegions does not say whether ${region} is open in ${account}`,
      ),
    };
  };
}

const noteOf = ({ error: { operation, code, message } }: Problem): Note => ({ operation, code, message, times: 1 });

const regionProblem = (status: Problem["status"], code: string, message: string): Problem => ({
  status,
  error: { operation: "DescribeRegions", status, code, message, times: 1 },
});

async function describeRegions(
  run: TaskRun,
  builder: OutcomeBuilder,
  ec2: SdkClient,
): Promise<Map<string, string | undefined>> {
  const command = tellThrottles(new DescribeRegionsCommand({ AllRegions: true }), () => builder.throttled());
  const send = () => (ec2 as EC2Client).send(command, { abortSignal: run.deadline });
  const { Regions = [], $metadata } = await before(run.deadline, send);
  builder.called($metadata?.attempts);
  if (!Regions.length) throw new Error("DescribeRegions answered with no region at all");
  return new Map(Regions.flatMap((each) => (each.RegionName ? [[each.RegionName, each.OptInStatus] as const] : [])));
}
