import pLimit, { type LimitFunction } from "p-limit";
import type { ClientClass, SdkClient } from "../auditors/collector.ts";
import type { Item } from "../evidence/item.ts";
import { type Session, sessionOf } from "./accountSession.ts";
import { keepAddress } from "./addressEndpoint.ts";
import { ApiShare, type TokenBucket } from "./apiShare.ts";
import { withAwsTime } from "./awsClock.ts";
import { type LookedUp, withCachedConfig } from "./cachedConfig.ts";
import type { Calls } from "./calls.ts";
import { RETRIES, WAITS } from "./clientOptions.ts";
import { Concurrency } from "./concurrency.ts";
import { before, DeadlineReached } from "./deadline.ts";
import { withGenuineAnswers } from "./genuineAnswers.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { causeOf, type Problem, problemOf } from "./problem.ts";
import { type Regions, regionsOf } from "./regions.ts";
import { collectorsFor, readItem } from "./resources.ts";
import type { ReadItem, TaskRun } from "./taskRun.ts";

/**
 * Calls under way in one account at the same time, in all regions: most of them wait for a region that is far away, each
 * in a bucket of its own.
 */
const CALLS_PER_ACCOUNT = 96;
/**
 * Calls of one client, which are of one service in one region: the account's own workloads have the same limits there.
 * Few at first, as each needs a connection of its own, whose handshake takes more than what it is made for.
 */
const CALLS_PER_CLIENT = { first: 6, most: 24 };

/**
 * Reads the planned items of one member account, with one session in it.
 * @param callLimit concurrency limit shared by all accounts of the task
 */
export async function readAccount(
  run: TaskRun,
  builders: readonly OutcomeBuilder[],
  write: (item: Item) => Promise<void>,
  sessions: TokenBucket,
  callLimit: LimitFunction,
): Promise<ReadItem[]> {
  const { access } = run;
  const account = builders[0]!.item.account_id;
  const open = () => builders.map((builder) => ({ builder, finished: false }));
  const enter = async () => {
    const delay = access.call ? sessions.reserve() : 0;
    if (delay) await run.wait(delay);
    return access.session(account, run.runId);
  };
  let session: Session;
  try {
    session = await before(run.deadline, () => sessionOf(access.call, enter, run.now));
    for (const builder of builders) builder.entered();
    if (access.call) builders[0]?.called();
  } catch (error) {
    if (error instanceof DeadlineReached || access.hasEnded?.(causeOf(error))) return open();
    const problem = problemOf(error, { operation: "", actions: [] });
    for (const builder of builders) {
      builder.problem(problem, enteringRemedy(problem, run, account));
      run.finished?.(builder.outcome());
    }
    return builders.map((builder) => ({ builder, finished: true }));
  }
  const clientOf = clientsOf(run, session);
  const { regions, budget } = limitsOf(run, callLimit);
  const share = new ApiShare(run.apiShare, run.now);
  let states: Regions;
  try {
    states = await regionsOf(run, builders, clientOf);
  } catch (error) {
    if (error instanceof DeadlineReached) return open();
    throw error;
  }
  const ended = (each: ReadItem): ReadItem => {
    if (each.finished) run.finished?.(each.builder.outcome());
    return each;
  };
  const read = async (builder: OutcomeBuilder): Promise<ReadItem> => {
    if (run.deadline.aborted) return { builder, finished: false };
    const { region } = builder.item;
    const state = states(region);
    if (state.is === "closed" || state.is === "unnamed") {
      builder.problem(state.problem);
      return { builder, finished: true };
    }
    if (state.note) builder.note(state.note);
    await readItem(run.auditor, {
      runId: run.runId,
      partition: access.partition,
      hasEnded: access.hasEnded,
      item: builder.item,
      session,
      clientOf,
      homeRegion: run.homeRegion,
      regionIsOpen: state.is === "open",
      offering: run.offering,
      budget,
      bucketsFor: (service, where, operation) => share.bucketsFor(service, where, operation),
      builder,
      deadline: run.deadline,
      now: run.now,
      wait: run.wait,
      write,
      digestKey: run.digestKey,
    });
    const types = run.auditor.services.flatMap((service) => collectorsFor(service, region));
    return { builder, finished: types.every(({ type }) => builder.cursorOf(type) === null) };
  };
  return await Promise.all(builders.map((builder) => regions(async () => ended(await read(builder)))));
}

/** What is to be done about an account that could not be entered. */
export const enteringRemedy = ({ status }: Problem, { access }: TaskRun, account: string): string =>
  status === "denied" || !access.call
    ? access.remedy(account)
    : `${access.call.operation} in ${account} had no answer that lets anybody in: check the caller's own credentials and clock, its network and the service in its region, and run again.`;

/** The clients of an account, each made once. */
function clientsOf(run: TaskRun, { credentials }: Session): (client: ClientClass, region: string) => SdkClient {
  const lookedUp: LookedUp = new Map();
  const clients = new Map<ClientClass, Map<string, SdkClient>>();
  return (Client, region) => {
    const ofService = clients.get(Client) ?? new Map<string, SdkClient>();
    clients.set(Client, ofService);
    let client = ofService.get(region);
    if (!client) {
      client = withCachedConfig(
        withGenuineAnswers(
          withAwsTime(keepAddress(new Client({ ...run.client(WAITS), ...RETRIES, region, credentials })), run.clock),
        ),
        lookedUp,
      );
      ofService.set(region, client);
    }
    return client;
  };
}

/** How many calls of an account, and how many of its regions, are under way together. */
function limitsOf(run: TaskRun, callLimit: LimitFunction): { regions: LimitFunction; budget: Calls["budget"] } {
  const limit = pLimit(CALLS_PER_ACCOUNT);
  // Few at first, as what is read to its end when the deadline comes is committed, and what is begun has to be carried on;
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
  return { regions, budget };
}
