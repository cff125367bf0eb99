import type { ClientClass, Read, SdkClient } from "../auditors/collector.ts";
import type { Session } from "./accountSession.ts";
import type { TokenBucket } from "./apiShare.ts";
import { before, DeadlineReached } from "./deadline.ts";
import type { RegionCalls } from "./givingUp.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { causeOf, hasErrorCode, isSessionRefused, isTimeout } from "./problem.ts";
import type { Silence } from "./silence.ts";
import { tellThrottles } from "./throttles.ts";

export type Values = Record<string, unknown>;
type Answer = Values & { $metadata?: { attempts?: number; httpStatusCode?: number } };

/** How a service is called in one account. */
export interface Calls {
  /** The service's own client; a read may name another. */
  client: ClientClass;
  /** The account's, where one had to be entered. */
  session?: Session | undefined;
  clientOf: (client: ClientClass, region: string) => SdkClient;
  /** Runs a call within the account's budget of concurrent calls; the call tells of each attempt that AWS refused. */
  budget: <T>(client: SdkClient, call: (refused: () => void) => Promise<T>) => Promise<T>;
  /** What a call has to wait for to keep to the run's share of what AWS documents, one after the other. */
  bucketsFor: (service: string, region: string, operation: string) => readonly Pick<TokenBucket, "reserve">[];
  /** Whether an error says that the credentials have ended for good. */
  hasEnded?: ((error: unknown) => boolean) | undefined;
  builder: OutcomeBuilder;
  /** Which endpoints turned out not to answer. */
  silence: Silence;
  /** Whether the region answers the auditor. */
  region?: RegionCalls;
  /** Fires when the task has to commit. */
  deadline: AbortSignal;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<void>;
}

/** The SDK's id of the service that a read asks; undefined where the client has none. */
export const serviceIdOf = (calls: Calls, read: Read, region: string): string | undefined =>
  calls.clientOf(read.client ?? calls.client, region).config?.serviceId;

/** Tries at what AWS is still making, and the milliseconds between two of them: half a minute in all. */
const PENDING_TRIES = 10;
const PENDING_WAIT_MS = 3_000;

/** Makes one call, again where AWS is still making what is asked for. @throws DeadlineReached, or AWS's error */
export async function call(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  for (let tries = 1; ; tries++) {
    try {
      return await inSession(calls, read, region, input);
    } catch (error) {
      if (tries === PENDING_TRIES || !hasErrorCode(error, read.pending ?? [])) throw error;
      await before(calls.deadline, () => calls.wait(PENDING_WAIT_MS));
    }
  }
}

/** Makes a call. @throws DeadlineReached where the credentials have ended: nothing more can be read with them */
async function inSession(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  try {
    return await renewing(calls, read, region, input);
  } catch (error) {
    throw calls.hasEnded?.(causeOf(error)) ? new DeadlineReached() : error;
  }
}

/** Makes a call, and once more in a new session where AWS refuses the one that it was made in. */
async function renewing(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  const { session } = calls;
  const number = session?.number();
  try {
    return await once(calls, read, region, input);
  } catch (error) {
    if (!session || !isSessionRefused(error)) throw error;
    await before(calls.deadline, () => session.replace(number!));
    if (session.number() === number) throw error;
    return once(calls, read, region, input);
  }
}

async function once(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  const { builder, deadline, silence } = calls;
  const client = calls.clientOf(read.client ?? calls.client, region);
  for (const bucket of calls.bucketsFor(client.config?.serviceId ?? "", region, read.operation)) {
    const delay = bucket.reserve();
    if (!delay) continue;
    builder.held(delay);
    await before(deadline, () => calls.wait(delay));
  }
  return calls.budget(client, async (refused) => {
    calls.region?.check();
    silence.check(client);
    try {
      const command = tellThrottles(new read.command(input), () => {
        builder.throttled();
        refused();
      });
      const send = (): Promise<Answer> => client.send(command, { abortSignal: silence.signalOf(client) });
      const { $metadata, ...answer } = await before(deadline, send);
      builder.called($metadata?.attempts);
      silence.answered(client);
      calls.region?.answered();
      return answer;
    } catch (error) {
      if (error instanceof DeadlineReached) throw error;
      builder.called((error as Answer).$metadata?.attempts);
      if (isTimeout(error)) silence.timedOut(client);
      else if ((error as Answer).$metadata?.httpStatusCode) {
        silence.answered(client);
        calls.region?.answered(error as Error);
      }
      throw silence.reasonOf(client, error);
    }
  });
}
