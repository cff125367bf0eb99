import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import pLimit, { type LimitFunction } from "p-limit";
import type { ClientClass, SdkClient } from "../auditors/collector.ts";
import type { Item } from "../evidence/item.ts";
import { GLOBAL } from "../evidence/plan.ts";
import { renewed } from "./accountSession.ts";
import { keepAddress } from "./addressEndpoint.ts";
import { ApiShare, type TokenBucket } from "./apiShare.ts";
import { type LookedUp, withCachedConfig } from "./cachedConfig.ts";
import type { Calls } from "./calls.ts";
import { RETRIES, WAITS } from "./clientOptions.ts";
import { Concurrency } from "./concurrency.ts";
import { before, DeadlineReached } from "./deadline.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { problemOf } from "./problem.ts";
import { collectorsFor, readItem } from "./resources.ts";
import type { ReadItem, TaskRun } from "./taskRun.ts";
import { tellThrottles } from "./throttles.ts";

/**
 * Calls under way in one account at the same time, in all regions: most of them wait for a region that is far away, each
 * in a bucket of its own.
 */
const CALLS_PER_ACCOUNT = 96;
/**
 * Calls of one client, which are of one service in one region: the account's own workloads have the same limits there.
 * BoundedPool at first, as each needs a connection of its own, whose handshake takes more than what it is made for.
 */
const CALLS_PER_CLIENT = { first: 6, most: 24 };

/**
 * Reads the planned items of one member account, with one session in it.
 * @param callLimit concurrency limit shared by all accounts of the task
 */
export async function readAccount(
  run: TaskRun,
  account: string,
  tallies: readonly OutcomeBuilder[],
  write: (item: Item) => Promise<void>,
  sessions: TokenBucket,
  callLimit: LimitFunction,
): Promise<ReadItem[]> {
  const { access } = run;
  const enter = async () => {
    const held = access.call ? sessions.reserve() : 0;
    if (held) await run.wait(held);
    return access.session(account, run.runId);
  };
  let session: Awaited<ReturnType<typeof enter>>;
  try {
    session = await before(run.deadline, enter);
    for (const tally of tallies) tally.entered();
    if (access.call) tallies[0]?.called();
  } catch (error) {
    if (error instanceof DeadlineReached || access.hasEnded?.(error))
      return tallies.map((tally) => ({ tally, finished: false }));
    const problem = problemOf(error, access.call ?? { operation: "Credentials", actions: [] });
    if (problem.status === "denied") problem.error.denied_by = "trust";
    for (const tally of tallies) {
      tally.problem(problem, access.remedy(account));
      run.finished?.(tally.outcome());
    }
    return tallies.map((tally) => ({ tally, finished: true }));
  }
  const credentials = renewed(session, enter, run.now);
  const lookedUp: LookedUp = new Map();
  const clients = new Map<ClientClass, Map<string, SdkClient>>();
  const clientOf = (Client: ClientClass, region: string): SdkClient => {
    const ofService = clients.get(Client) ?? new Map<string, SdkClient>();
    clients.set(Client, ofService);
    let client = ofService.get(region);
    if (!client) {
      client = withCachedConfig(
        keepAddress(new Client({ ...run.client(WAITS), ...RETRIES, region, credentials })),
        lookedUp,
      );
      ofService.set(region, client);
    }
    return client;
  };
  const limit = pLimit(CALLS_PER_ACCOUNT);
  // BoundedPool at first, as what is read to its end when the deadline comes is committed, and what is begun has to be carried on;
  // one more wherever a call leaves a slot that nobody waits for, so that far regions do not hold up the others.
  const types = run.auditor.services.reduce((sum, { collectors }) => sum + collectors.length, 0);
  const regions = pLimit(Math.max(2, Math.ceil(CALLS_PER_ACCOUNT / types)));
  const ofClients = new Map<SdkClient, Concurrency>();
  // A client is refused in its own region: its calls wait for each other then, and take no slots that others could use.
  const budget: Calls["budget"] = (client, call) => {
    const ofClient = ofClients.get(client) ?? new Concurrency(CALLS_PER_CLIENT);
    ofClients.set(client, ofClient);
    return ofClient
      .run((refused) => limit(() => callLimit(() => call(refused))))
      .finally(() => {
        if (!limit.pendingCount && regions.pendingCount) regions.concurrency += 1;
      });
  };
  const share = new ApiShare(run.apiShare, run.now);
  const closed = await closedRegions(run, tallies, clientOf(EC2Client, run.homeRegion) as EC2Client);
  const ended = (each: ReadItem): ReadItem => {
    if (each.finished) run.finished?.(each.tally.outcome());
    return each;
  };
  return await Promise.all(
    tallies.map((tally) =>
      regions(async () => {
        if (run.deadline.aborted) return { tally, finished: false };
        const { region } = tally.item;
        const why = closed.get(region);
        if (why) {
          const message = `${region} is ${why} in ${account}`;
          const error = { operation: "DescribeRegions", code: why, message, times: 1 };
          tally.problem({ status: "not-enabled", error });
          return ended({ tally, finished: true });
        }
        await readItem(run.auditor, {
          runId: run.runId,
          partition: access.partition,
          hasEnded: access.hasEnded,
          item: tally.item,
          clientOf,
          homeRegion: run.homeRegion,
          budget,
          paces: (service, where, operation) => share.bucketsFor(service, where, operation),
          tally,
          deadline: run.deadline,
          now: run.now,
          wait: run.wait,
          write,
          digestKey: run.digestKey,
        });
        const read = run.auditor.services.flatMap((service) => collectorsFor(service, region));
        return ended({ tally, finished: read.every(({ type }) => tally.cursorOf(type) === null) });
      }),
    ),
  );
}

/** Regions of the plan that the account has not opted in to, with AWS's word for it. Asked once, and only for regional auditors. */
async function closedRegions(
  run: TaskRun,
  tallies: readonly OutcomeBuilder[],
  ec2: EC2Client,
): Promise<Map<string, string>> {
  const regional = tallies.filter(({ item }) => item.region !== GLOBAL);
  if (!regional.length) return new Map();
  try {
    const command = tellThrottles(new DescribeRegionsCommand({ AllRegions: true }), () => regional[0]?.throttled());
    const asked = () => ec2.send(command, { abortSignal: run.deadline });
    const { Regions, $metadata } = await before(run.deadline, asked);
    regional[0]?.called($metadata?.attempts);
    const states = new Map((Regions ?? []).map(({ RegionName, OptInStatus }) => [RegionName, OptInStatus]));
    const closed = new Map<string, string>();
    for (const { item } of regional) {
      const state = states.get(item.region) ?? "unknown";
      if (state !== "opted-in" && state !== "opt-in-not-required") closed.set(item.region, state);
    }
    return closed;
  } catch (error) {
    if (error instanceof DeadlineReached || run.access.hasEnded?.(error)) return new Map();
    // Not knowing which regions are closed, each is tried: a closed one answers like bad credentials.
    const problem = problemOf(error, { operation: "DescribeRegions", actions: ["ec2:DescribeRegions"] });
    for (const tally of regional) tally.problem(problem);
    return new Map();
  }
}
