import type { ClientClass, Listing, Read, SdkClient } from "../auditors/collector.ts";
import { valueAt } from "../auditors/paths.ts";
import type { TokenBucket } from "./apiShare.ts";
import { before, DeadlineReached } from "./deadline.ts";
import type { OutcomeBuilder } from "./outcomeBuilder.ts";
import { hasErrorCode } from "./problem.ts";
import { tellThrottles } from "./throttles.ts";

export type Values = Record<string, unknown>;
type Answer = Values & { $metadata?: { attempts?: number } };

/** How a service is called in one account. */
export interface Calls {
  /** The service's own client; a read may name another. */
  client: ClientClass;
  clientOf: (client: ClientClass, region: string) => SdkClient;
  /** Runs a call within the account's budget of concurrent calls; the call tells of each attempt that AWS refused. */
  budget: <T>(client: SdkClient, call: (refused: () => void) => Promise<T>) => Promise<T>;
  /** What a call has to wait for to keep to the run's share of what AWS documents, one after the other. */
  paces: (service: string, region: string, operation: string) => readonly Pick<TokenBucket, "reserve">[];
  /** Whether an error says that the credentials have ended for good. */
  hasEnded?: ((error: unknown) => boolean) | undefined;
  tally: OutcomeBuilder;
  /** Fires with the deadline, and when the service turns out not to answer. */
  signal: AbortSignal;
  /** Fires when the task has to commit. */
  deadline: AbortSignal;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<void>;
}

/** Tries at what AWS is still making, and the milliseconds between two of them: half a minute in all. */
const PENDING_TRIES = 10;
const PENDING_WAIT_MS = 3_000;

/** Makes one call, again where AWS is still making what is asked for. @throws DeadlineReached, or AWS's error */
export async function call(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(calls, read, region, input);
    } catch (error) {
      if (tries === PENDING_TRIES || !hasErrorCode(error, read.pending ?? [])) throw error;
      await before(calls.deadline, () => calls.wait(PENDING_WAIT_MS));
    }
  }
}

async function once(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  const { tally, deadline, signal } = calls;
  const client = calls.clientOf(read.client ?? calls.client, region);
  for (const pace of calls.paces(client.config?.serviceId ?? "", region, read.operation)) {
    const held = pace.reserve();
    if (!held) continue;
    tally.held(held);
    await before(deadline, () => calls.wait(held));
  }
  return calls.budget(client, async (refused) => {
    try {
      const command = tellThrottles(new read.command(input), () => {
        tally.throttled();
        refused();
      });
      const send = (): Promise<Answer> => client.send(command, { abortSignal: signal });
      const { $metadata, ...answer } = await before(deadline, send);
      tally.called($metadata?.attempts);
      return answer;
    } catch (error) {
      if (calls.hasEnded?.(error)) throw new DeadlineReached();
      if (!(error instanceof DeadlineReached)) tally.called((error as Answer).$metadata?.attempts);
      throw error;
    }
  });
}

/** Makes a call and those that continue it, from `tokens` on; `take` gets each page and the tokens of the next. */
export async function pages(
  calls: Calls,
  read: Read & Pick<Listing, "items">,
  region: string,
  input: Values,
  take: (answer: Values, next: Values | undefined) => Promise<void>,
  tokens: Values = {},
): Promise<void> {
  for (let at: Values | undefined = tokens; at; ) {
    const answer: Values = await call(calls, read, region, { ...input, ...at });
    const next = nextTokens(read, answer);
    // A service that answers with the same token for ever would keep the task until its deadline.
    if (next && JSON.stringify(next) === JSON.stringify(at))
      throw new Error(`${read.operation} answered twice with the same page token`);
    await take(answer, next);
    at = next;
  }
}

function nextTokens({ page, items }: Read & Pick<Listing, "items">, answer: Values): Values | undefined {
  if (!page || (page.more && !valueAt(answer, page.more))) return undefined;
  const list = items && page.lastItem ? valueAt(answer, items) : undefined;
  const source = Array.isArray(list) ? list.at(-1) : answer;
  const next = page.tokens
    // A list of bare names has no member: the name itself is the token.
    .map(([member, path]) => [member, typeof source === "string" ? source : valueAt(source, path)] as const)
    .filter(([, token]) => token !== undefined && token !== "");
  return next.length ? Object.fromEntries(next) : undefined;
}

/** The answer of a call with those that continue it: their lists end to end, without the tokens. */
export async function wholeAnswer(calls: Calls, read: Read, region: string, input: Values): Promise<Values> {
  let whole: Values | undefined;
  await pages(calls, read, region, input, async (answer) => {
    if (!whole) whole = { ...answer };
    else
      for (const [member, value] of Object.entries(answer))
        if (Array.isArray(value)) whole[member] = [...((whole[member] as unknown[] | undefined) ?? []), ...value];
  });
  for (const [, token] of read.page?.tokens ?? []) delete whole![token];
  return whole!;
}
