import type { Context } from "aws-lambda";
import type { Invocation, Invoke } from "../sandbox/service.ts";
import type { StoredFunction } from "../sandbox/state.ts";
import type { VirtualClock } from "./clock.ts";
import type { EventLog } from "./eventLog.ts";

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
const CONCURRENCY = 1000;
/** Waits before the second and the third try. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_AFTER_MS = [60_000, 120_000];
/** Age from which an event is given up. */
const EVENT_AGE_MS = 6 * 3_600_000;

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** One try at an event. Once dead, none of its calls is made or answered any more. */
export interface Attempt {
  id: string;
  fn: StoredFunction;
  calls: number;
  dead: boolean;
  die: (errorMessage: string) => void;
}

/** An execution environment: it runs one event after another, and keeps its clients in between. */
export interface Instance {
  attempt: Attempt | undefined;
  handler: Handler;
}

/** What is decided outside: how the functions are made, and how unkind the queue is. */
export interface LambdaWorld {
  /** Makes the instance of a function; `self` says which attempt it runs. */
  start: (fn: StoredFunction, self: Pick<Instance, "attempt">) => Handler;
  coldStartMs: () => number;
  /** When an event's deliveries come: milliseconds from its queueing, one or two of them. */
  deliveries: (fn: StoredFunction) => number[];
  destination: (fn: StoredFunction) => StoredFunction | undefined;
  randomId: (length: number) => string;
  /** Called for each try that is begun, and for each that ended. */
  begun?: (fn: StoredFunction, event: unknown) => void;
  ended?: (fn: StoredFunction, answer: Invocation) => void;
  /** When functions start again, where none does now: milliseconds since the epoch. */
  startsAgainAt?: () => number | undefined;
  /** Called for each event that was given up. */
  dropped?: (fn: StoredFunction) => void;
  /** Whether an event that was given up does not reach its destination. */
  isRecordLost?: (fn: StoredFunction) => boolean;
  /** Functions at the same time; AWS's default when left out. */
  concurrency?: number | undefined;
}

export interface VirtualLambda extends Invoke {
  now: (fn: StoredFunction, event: unknown) => Promise<Invocation>;
  /** Greatest event that was queued, in bytes. */
  largestEvent: () => number;
  /** Tries that were begun, by function. */
  tries: Map<string, number>;
  /** From now on instances are made anew; what runs ends as it is. */
  redeploy: () => void;
}

const contextOf = (fn: StoredFunction, awsRequestId: string, getRemainingTimeInMillis: () => number) =>
  ({
    functionName: fn.FunctionName,
    invokedFunctionArn: fn.FunctionArn,
    awsRequestId,
    getRemainingTimeInMillis,
  }) as Context;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const contextOfFailure = ({ FunctionArn }: StoredFunction, approximateInvokeCount: number, isTooOld: boolean) => ({
  functionArn: `${FunctionArn}:$LATEST`,
  condition: isTooOld ? "EventAgeExceeded" : "RetriesExhausted",
  approximateInvokeCount,
});

/** What the queue does with an event: it tries, waits and tries again, and gives up to the on-failure destination. */
function delivery(
  clock: VirtualClock,
  world: LambdaWorld,
  {
    run,
    queue,
  }: {
    run: (fn: StoredFunction, event: unknown, request: string) => Promise<Invocation>;
    queue: (fn: StoredFunction, event: unknown) => void;
  },
): (fn: StoredFunction, event: unknown, request: string) => Promise<void> {
  async function giveUp(
    fn: StoredFunction,
    event: unknown,
    { answer, attempts, isTooOld }: { answer: Invocation; attempts: number; isTooOld: boolean },
  ): Promise<void> {
    const again = world.startsAgainAt?.();
    if (again !== undefined) await clock.sleep(again - clock.now());
    world.dropped?.(fn);
    const destination = world.destination(fn);
    if (!destination || world.isRecordLost?.(fn)) return;
    queue(destination, {
      version: "1.0",
      timestamp: new Date(clock.now()).toISOString(),
      requestContext: { ...contextOfFailure(fn, attempts, isTooOld), requestId: world.randomId(32) },
      requestPayload: event,
      ...(attempts
        ? {
            responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
            responsePayload: answer.payload,
          }
        : {}),
    });
  }

  return async (fn, event, request) => {
    const queued = clock.now();
    let answer: Invocation = { payload: null };
    let attempts = 0;
    let isTooOld = false;
    for (const again of [...RETRY_AFTER_MS.slice(0, fn.retries), undefined]) {
      isTooOld = (world.startsAgainAt?.() ?? clock.now()) - queued > EVENT_AGE_MS;
      if (isTooOld) break;
      answer = await run(fn, event, request);
      attempts += 1;
      if (!answer.error) return;
      if (again === undefined) break;
      isTooOld = clock.now() + again - queued > EVENT_AGE_MS;
      if (isTooOld) break;
      await clock.sleep(again);
    }
    await giveUp(fn, event, { answer, attempts, isTooOld });
  };
}

/** Lambda in virtual time: the asynchronous queue, concurrency, cold starts, time-outs, retries and destinations. */
export function virtualLambda(clock: VirtualClock, log: EventLog, world: LambdaWorld): VirtualLambda {
  const warm = new Map<string, Instance[]>();
  const waiting: (() => void)[] = [];
  const tries = new Map<string, number>();
  let running = 0;
  let largest = 0;
  let version = 0;

  /** @param request the same at each try and each delivery of an event */
  async function run(fn: StoredFunction, event: unknown, request = world.randomId(12)): Promise<Invocation> {
    const again = world.startsAgainAt?.();
    if (again !== undefined) await clock.sleep(again - clock.now());
    if (running >= (world.concurrency ?? CONCURRENCY)) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    tries.set(fn.FunctionName, (tries.get(fn.FunctionName) ?? 0) + 1);
    try {
      let instance = warm.get(fn.FunctionName)?.pop();
      if (!instance) {
        await clock.sleep(world.coldStartMs());
        const self: Pick<Instance, "attempt"> = { attempt: undefined };
        instance = Object.assign(self, { handler: world.start(fn, self) });
      }
      return await attempt(fn, instance, event, request);
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }

  function attempt(fn: StoredFunction, instance: Instance, event: unknown, request: string): Promise<Invocation> {
    const id = world.randomId(8);
    const deadline = clock.now() + fn.Timeout * 1000;
    const ofVersion = version;
    return new Promise((resolve) => {
      const current: Attempt = { id, fn, calls: 0, dead: false, die: () => undefined };
      const end = (answer: Invocation, line: string) => {
        if (current.dead) return;
        current.dead = true;
        timer.cancelled = true;
        log.add(`${fn.FunctionName} ${id} ${line}`);
        world.ended?.(fn, answer);
        resolve(answer);
      };
      current.die = (errorMessage) => end({ payload: { errorMessage }, error: "Unhandled" }, errorMessage);
      const timer = clock.after(fn.Timeout * 1000, () =>
        current.die(`${new Date(clock.now()).toISOString()} ${id} Task timed out after ${fn.Timeout}.00 seconds`),
      );
      instance.attempt = current;
      log.add(`${fn.FunctionName} ${id} starts`);
      world.begun?.(fn, event);
      instance
        .handler(
          event,
          contextOf(fn, request, () => deadline - clock.now()),
        )
        .then(
          (payload) => {
            end({ payload }, "ends");
            if (ofVersion === version) warm.set(fn.FunctionName, [...(warm.get(fn.FunctionName) ?? []), instance]);
          },
          (error: Error) =>
            end(
              { payload: { errorType: error.name, errorMessage: error.message }, error: "Unhandled" },
              `fails: ${error.name}: ${error.message}`,
            ),
        );
    });
  }

  const deliver = delivery(clock, world, {
    run,
    queue: (fn, event) => queue(fn, event),
  });

  function queue(fn: StoredFunction, event: unknown): void {
    largest = Math.max(largest, Buffer.byteLength(JSON.stringify(event)));
    // Each delivery reads the event anew, as a function does.
    const text = JSON.stringify(event);
    const request = world.randomId(12);
    for (const wait of world.deliveries(fn)) clock.after(wait, () => void deliver(fn, JSON.parse(text), request));
  }

  const redeploy = (): void => {
    version += 1;
    warm.clear();
  };

  return { now: (fn, event) => run(fn, event), later: queue, largestEvent: () => largest, tries, redeploy };
}
