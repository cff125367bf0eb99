import { auditorHandler } from "../handlers/auditor.ts";
import { bossHandler } from "../handlers/boss.ts";
import { recorderHandler } from "../handlers/recorder.ts";
import { sealerHandler } from "../handlers/sealer.ts";
import { watchdogHandler } from "../handlers/watchdog.ts";
import { createSandbox } from "../sandbox/core.ts";
import { idOf, randomOf } from "../sandbox/random.ts";
import type { StoredFunction } from "../sandbox/state.ts";
import { Unsigned } from "../sandbox/unsigned.ts";
import { plannedAuditor } from "../src/auditors/collector.ts";
import { DURATIONS_KEY } from "../src/evidence/layout.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { VirtualClock } from "./clock.ts";
import type { Holdings } from "./estate.ts";
import { EventLog } from "./eventLog.ts";
import { fatesOf } from "./fates.ts";
import { violations } from "./invariants.ts";
import { type Handler, virtualLambda } from "./lambda.ts";
import { type CallOnWire, doorOf, type Fate, type NetworkWorld } from "./network.ts";
import { RequestCounts } from "./requests.ts";
import { type Script, scriptOf } from "./script.ts";
import { simulatedServices } from "./services.ts";
import { warmUp } from "./warmUp.ts";
import { BUCKET, everyAuditor, worldOf } from "./world.ts";

/** When every simulated run begins. */
const START = Date.UTC(2026, 10, 24, 3);

const HOUR = 3_600_000;
/** How long the watchdog is awaited after the last run has begun. */
const WATCHED = 8 * HOUR;

/** The code under test: the functions by their names without prefix, given their surroundings. */
export type System = (functionName: string, runtime: Runtime) => Handler;

/** The system as it is. */
export const realSystem: System = (name, runtime) => {
  const auditor = everyAuditor[name.replace(/^get-meta-/, "")];
  if (auditor) return auditorHandler(auditor, runtime);
  if (name === "boss") return bossHandler(plannedAuditors(runtime.env()), runtime);
  if (name === "watchdog") return watchdogHandler(runtime);
  return (name === "recorder" ? recorderHandler : sealerHandler)(runtime);
};

/** What the boss's bundle would have in it, as the world says. */
const plannedAuditors = ({ AUDITORS = "", ACCOUNTS_PER_TASK: each }: NodeJS.ProcessEnv) =>
  AUDITORS.split(",").map((name) => ({
    ...plannedAuditor(everyAuditor[name]!),
    ...(each ? { accounts_per_task: Number(each) } : {}),
  }));

export interface SimulationOptions {
  system?: System;
  script?: Script;
  /** Keep the event log's lines. */
  keepLog?: boolean;
  /** What becomes of calls, instead of what the script says; by the account that calls. */
  fate?: (account: string, call: CallOnWire, now: number) => Fate;
  coldStartMs?: number;
  /** Functions at the same time; AWS's default when left out. */
  concurrency?: number;
  /** What an earlier run left of its durations, instead of what the script says. */
  durations?: string;
  /** What accounts hold beyond what the script draws. */
  furnish?: (holdings: Map<string, Holdings>) => void;
  /** Something else that goes on while the run does: called when it begins. */
  workload?: (clock: VirtualClock, isOpen: () => boolean) => void;
  /** Called before each thing that happens. */
  eachEvent?: () => void;
}

/** What a simulated run was like. */
export interface SimulationReport {
  seed: number;
  /** What did not hold, as sentences. */
  violations: string[];
  /** Hash of everything that happened: the same seed gives the same. */
  digest: string;
  events: number;
  /** Milliseconds of virtual time. */
  took: number;
  log: string[];
  /** Requests that reached AWS, by who made them and what they asked. */
  requests: Record<string, number>;
  /** Tries of functions, by name. */
  tries: Record<string, number>;
  /** Bytes of the greatest event that a function was invoked with. */
  largestEvent: number;
  /** What the run left for the order of the next one. */
  durations: string | undefined;
  /** The bucket's documents of runs, by key. */
  documents: Map<string, string>;
  holdings: Map<string, Holdings>;
}

/** One whole run in virtual time, from the boss's invocation until nothing is left to happen, and what holds after it. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationReport> {
  await warmUp();
  const script = options.script ?? scriptOf(seed);
  const { system = realSystem } = options;
  const clock = new VirtualClock(START);
  const random = randomOf(`${seed} events`);
  const randomId = (length: number) => idOf(random, length);
  const log = new EventLog(clock.now, options.keepLog ?? false);
  const world = worldOf(script, clock.now, randomId);
  const { state } = world;
  options.furnish?.(world.holdings);
  if (options.durations) world.leaveHint(options.durations);
  const services = simulatedServices((account) => world.holdings.get(account)!, script.page);
  const accountOf = (key: string) => state.sessions.get(key)?.account ?? "";
  const scripted = fatesOf(script, {
    random,
    elapsed: () => clock.now() - START,
    accountOf,
    auditAccount: state.auditAccount,
  });

  const { fate: rated } = options;
  const fate: NetworkWorld["fate"] = rated ? (call) => rated(accountOf(call.key), call, clock.now()) : scripted;
  const requests = new RequestCounts();
  const lambda = virtualLambda(clock, log, {
    start: (fn, self) => {
      const runtime: Runtime = {
        env: () => world.environments.get(fn.FunctionName)!,
        now: clock.now,
        random,
        timeout: clock.timeout,
        wait: clock.sleep,
        hasAddress: async () => true,
        client: ({ requestTimeout }) => ({
          requestHandler: doorOf(clock, log, network, self, requestTimeout),
          region: fn.region,
          credentials: { accessKeyId: world.keys.get(fn.FunctionName)!, secretAccessKey: "simulated" },
          sha256: Unsigned,
        }),
      };
      return system(fn.FunctionName.slice("audit-".length), runtime);
    },
    coldStartMs: () => options.coldStartMs ?? 200 + random() * 600,
    deliveries: () => {
      const late = () => random() * script.late;
      return random() < script.duplicate ? [late(), late() + random() * 60_000] : [late()];
    },
    destination: (fn) => (fn.onFailure ? state.functions.get(fn.onFailure) : undefined),
    randomId,
    concurrency: options.concurrency,
  });
  const sandbox = createSandbox(state, { now: clock.now, random, invoke: lambda, services });
  const network: NetworkWorld = { handle: sandbox.handle, services, fate, count: requests.add };

  const uninstall = clock.install(random);
  const abandoned = new Set<string>();
  const unawaited: string[] = [];
  const note = (reason: unknown) => void unawaited.push(`nobody waited for what failed: ${String(reason)}`);
  // Lambda ends a process for it.
  process.on("unhandledRejection", note);
  try {
    const named = (name: string) => [...state.functions.values()].find((fn) => fn.FunctionName === name)!;
    const last = begin(script, clock, random, named("audit-boss"), lambda);
    watch(clock, last + WATCHED, () => {
      if (hasOpenRun(state.buckets.get(BUCKET)!.objects)) lambda.later(named("audit-watchdog"), {});
    });
    options.workload?.(clock, () => hasOpenRun(state.buckets.get(BUCKET)!.objects));
    await clock.run(options.eachEvent);
    for (const died of lambda.died) abandoned.add(died);
  } catch (error) {
    process.off("unhandledRejection", note);
    throw error;
  } finally {
    uninstall();
  }
  const found = await violations(world, script, abandoned).finally(() => process.off("unhandledRejection", note));
  return {
    seed,
    violations: [...found, ...new Set(unawaited)],
    digest: log.digest(),
    events: log.count,
    took: log.last - START,
    log: log.lines,
    requests: requests.counts,
    tries: Object.fromEntries(lambda.tries),
    largestEvent: lambda.largestEvent(),
    holdings: world.holdings,
    durations: textOf(state.buckets.get(BUCKET)!.objects.get(DURATIONS_KEY)?.at(-1)?.body),
    documents: new Map(
      [...state.buckets.get(BUCKET)!.objects]
        .filter(([key]) => key.startsWith("runs/"))
        .map(([key, versions]) => [key, Buffer.from(versions.at(-1)!.body).toString("utf8")]),
    ),
  };
}

const textOf = (body: Uint8Array | undefined) => body && Buffer.from(body).toString("utf8");

/** Whether a run is not sealed and signed: whenever it is otherwise, the watchdog would find nothing to do. */
const hasOpenRun = (objects: ReadonlyMap<string, unknown>): boolean =>
  [...objects.keys()].some(
    (key) => key.endsWith("/plan.json") && !objects.has(key.replace(/plan\.json$/, "manifest.sig")),
  );

/** The watchdog's schedule: each hour. */
function watch(clock: VirtualClock, until: number, tick: () => void): void {
  clock.after(HOUR, () => {
    tick();
    if (clock.now() < until) watch(clock, until, tick);
  });
}

/** Starts the run, or the runs, in the way that the script says. @returns when the last one starts */
function begin(
  { bosses, auditors }: Script,
  clock: VirtualClock,
  random: () => number,
  boss: StoredFunction,
  lambda: ReturnType<typeof virtualLambda>,
): number {
  if (bosses === "schedule delivered twice") {
    const event = { auditors, schedule: { name: "daily", time: new Date(clock.now()).toISOString() } };
    lambda.later(boss, event);
    clock.after(random() * 120_000, () => lambda.later(boss, event));
    return clock.now();
  }
  const days = bosses === "day after day" ? [0, 24 * HOUR, 48 * HOUR] : [0];
  for (const day of days) clock.after(day, () => void lambda.now(boss, { auditors }));
  if (bosses === "two") clock.after(random() * 5_000, () => void lambda.now(boss, { auditors }));
  return clock.now() + Math.max(...days);
}
