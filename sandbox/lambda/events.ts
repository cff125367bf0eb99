import { effectsOn } from "../faults.ts";
import { iamOf } from "../iam.ts";
import type { Invocation } from "../service.ts";
import type { SandboxState, StoredEvent, StoredFunction } from "../state.ts";

/** What the queue is given from outside. */
export interface Delivery {
  state: () => SandboxState;
  /** Runs a function once. */
  run: (fn: StoredFunction, event: unknown) => Promise<Invocation>;
  /** Milliseconds since the epoch. */
  now: () => number;
  wait: (ms: number) => Promise<void>;
  randomId: (length: number) => string;
  /** Milliseconds before a failed event is tried again; Lambda waits a minute, then two. */
  retryAfter: number;
}

/** Lambda's queue of asynchronous events: it stands in the state, so that a restart delivers what was not. */
export interface EventQueue {
  add: (fn: StoredFunction, event: unknown) => void;
  /** Delivers the events that the state held at the start. */
  resume: () => void;
  /** Resolves when no event is queued or running. */
  idle: () => Promise<void>;
}

/**
 * Delivers at least once: up to the function's retries more, then to its on-failure destination.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function eventQueue({ state, run, now, wait, randomId, retryAfter }: Delivery): EventQueue {
  const running = new Set<Promise<unknown>>();

  async function deliver({ functionArn, event }: StoredEvent): Promise<void> {
    let answer: Invocation | undefined;
    let attempts = 0;
    for (;;) {
      const fn = state().functions.get(functionArn);
      if (!fn) return;
      answer = await run(fn, event);
      attempts++;
      if (!answer.error) return;
      if (attempts > fn.retries) return destine(fn, event, answer, attempts);
      await wait(retryAfter);
    }
  }

  function destine(fn: StoredFunction, event: unknown, answer: Invocation, attempts: number): void {
    const arn = fn.onFailure;
    if (!arn) return;
    const record = {
      version: "1.0",
      timestamp: new Date(now()).toISOString(),
      requestContext: {
        requestId: randomId(32),
        functionArn: `${fn.FunctionArn}:$LATEST`,
        condition: "RetriesExhausted",
        approximateInvokeCount: attempts,
      },
      requestPayload: event,
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: answer.payload,
    };
    const destination = state().functions.get(arn);
    const mailbox = state().queues.get(arn);
    const why = iamOf(state(), now).denial(
      {
        kind: "role",
        account: fn.account,
        roleArn: fn.Role,
        roleName: state().roles.get(fn.Role)?.RoleName ?? "",
        sessionName: fn.FunctionName,
      },
      { action: mailbox ? "sqs:SendMessage" : "lambda:InvokeFunction", resource: arn },
    );
    if (why || (!destination && !mailbox)) {
      const message = `DestinationDeliveryFailures: ${why ?? `there is no ${arn}`}`;
      logLine(state(), fn, now(), "destinations", message);
    } else if (destination) add(destination, record);
    else mailbox!.messages.push({ id: randomId(32), body: JSON.stringify(record) });
  }

  function start(stored: StoredEvent): void {
    const delivery = deliver(stored).finally(() => {
      state().events.delete(stored.id);
      running.delete(delivery);
    });
    running.add(delivery);
  }

  function add(fn: StoredFunction, event: unknown): void {
    const effects = effectsOn(state().faults, {
      service: "lambda",
      account: fn.account,
      region: fn.region,
      function: fn.FunctionName,
      event: "queued",
    });
    const copies = effects.some(({ kind }) => kind === "duplicated") ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const stored = { id: randomId(16), functionArn: fn.FunctionArn, event };
      state().events.set(stored.id, stored);
      start(stored);
    }
  }

  return {
    add,
    resume: () => [...state().events.values()].forEach(start),
    idle: async () => {
      while (running.size) await Promise.allSettled([...running]);
    },
  };
}

/** Log lines kept for each function. */
const LINES_KEPT = 2000;

/** Adds what a function wrote to its log group, where there is one. */
export function logLine(
  state: SandboxState,
  fn: StoredFunction,
  timestamp: number,
  stream: string,
  text: string,
): void {
  const group = state.logGroups.get(`arn:aws:logs:${fn.region}:${fn.account}:log-group:${fn.logGroup}`);
  if (!group) return;
  for (const message of text.split("\n")) if (message) group.lines.push({ timestamp, stream, message });
  group.lines.splice(0, Math.max(0, group.lines.length - LINES_KEPT));
}
