import * as z from "zod";
import { randomOf } from "./random.ts";

const milliseconds = z.number().min(0);
/** What goes wrong with a call, or with an asynchronous event of a function. */
const Effect = z.discriminatedUnion("kind", [
  /** The answer takes longer, by up to `spread` milliseconds more. */
  z.strictObject({ kind: z.literal("latency"), ms: milliseconds, spread: milliseconds.optional() }),
  /** Refused for its rate, with the service's own code. */
  z.strictObject({ kind: z.literal("throttled") }),
  /** AWS has a problem of its own. */
  z.strictObject({ kind: z.literal("unavailable"), status: z.literal([500, 502, 503]).optional() }),
  /** The connection is cut. */
  z.strictObject({ kind: z.literal("reset") }),
  /** No answer ever comes. */
  z.strictObject({ kind: z.literal("silent") }),
  /** A service control policy forbids it. */
  z.strictObject({ kind: z.literal("denied") }),
  /** The region answers as one that is not opted in. */
  z.strictObject({ kind: z.literal("closed") }),
  /** The session's token has expired. */
  z.strictObject({ kind: z.literal("expired") }),
  /** The function's instance dies in the middle of an event. */
  z.strictObject({ kind: z.literal("killed") }),
  /** The event is delivered twice. */
  z.strictObject({ kind: z.literal("duplicated") }),
]);
export type Effect = z.infer<typeof Effect>;

/** Which calls have which fault; what is left out means any. */
const Fault = z.strictObject({
  effect: Effect,
  /** Signing name, `rds`. */
  service: z.string().optional(),
  /** `DescribeDBInstances`; events of a function have no operation. */
  operation: z.string().optional(),
  /** The account that is called. */
  account: z.string().optional(),
  region: z.string().optional(),
  /** Name of a function, for what happens to its events. */
  function: z.string().optional(),
  /** Share of the calls meant that it hits, 0 to 1. Default: each one. */
  share: z.number().min(0).max(1).optional(),
  /** How many it hits at most. Default: no end. */
  times: z.int().min(0).optional(),
});
export type Fault = z.infer<typeof Fault>;

/** A script of faults as a file holds it. */
export const Script = z.array(Fault);

/** Faults as the sandbox's state keeps them: a seed gives the same ones to the same calls. */
export interface Faults {
  seed: number;
  script: Fault[];
  /** How often each fault had to be thought about, and hit; by its place in the script and what was called. */
  counts: Map<string, number>;
}

/** A call, as far as a fault can mean it. */
export interface Occasion {
  service: string;
  operation?: string;
  account: string;
  region: string;
  /** An asynchronous event's function, when it is queued and each time it is run. */
  function?: string;
  event?: "queued" | "run";
}

/** Which effects are of events, and when they strike. */
const OF_EVENTS: Partial<Record<Effect["kind"], Occasion["event"]>> = { duplicated: "queued", killed: "run" };

export const noFaults = (): Faults => ({ seed: 0, script: [], counts: new Map() });

const counted = (counts: Map<string, number>, key: string): number => {
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  return count;
};

/**
 * What goes wrong on an occasion. The draw depends on the occasion and how often it came, not on the order among
 * others, so that calls made at the same time meet the same faults in each run.
 */
export function effectsOn(faults: Faults, occasion: Occasion): Effect[] {
  return faults.script.flatMap((fault, index) => {
    const { effect, share = 1, times = Number.POSITIVE_INFINITY } = fault;
    if (OF_EVENTS[effect.kind] !== occasion.event) return [];
    for (const key of ["service", "operation", "account", "region", "function"] as const)
      if (fault[key] !== undefined && fault[key] !== occasion[key]) return [];
    const { service, operation = "", account, region } = occasion;
    const what = `${index} ${service} ${operation} ${account} ${region} ${occasion.function ?? ""}`;
    if (share < 1) {
      const draw = randomOf(`${faults.seed} ${what} ${counted(faults.counts, what)}`);
      if (draw() >= share) return [];
    }
    if ((faults.counts.get(`${index}`) ?? 0) >= times) return [];
    if (times < Number.POSITIVE_INFINITY) counted(faults.counts, `${index}`);
    return effect;
  });
}

/** How long a latency is, once. */
export const latencyOf = (effects: readonly Effect[], random: () => number): number =>
  effects.reduce(
    (sum, effect) => sum + (effect.kind === "latency" ? effect.ms + random() * (effect.spread ?? 0) : 0),
    0,
  );
