import { auditorHandler } from "../handlers/auditor.ts";
import { bossHandler } from "../handlers/boss.ts";
import { recorderHandler } from "../handlers/recorder.ts";
import { sealerHandler } from "../handlers/sealer.ts";
import { watchdogHandler } from "../handlers/watchdog.ts";
import { createSandbox } from "../sandbox/core.ts";
import { idOf, randomOf } from "../sandbox/random.ts";
import type { SandboxState, StoredFunction } from "../sandbox/state.ts";
import { Unsigned } from "../sandbox/unsigned.ts";
import { plannedAuditor } from "../src/auditors/collector.ts";
import { DURATIONS_KEY, signatureKey } from "../src/evidence/layout.ts";
import { risingClock } from "../src/runtime/risingClock.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { RaisedAlarms } from "./alarms.ts";
import { type Changes, changesOf } from "./changes.ts";
import { VirtualClock } from "./clock.ts";
import type { Holdings } from "./estate.ts";
import { EventLog } from "./eventLog.ts";
import { fatesOf } from "./fates.ts";
import { violations } from "./invariants.ts";
import { type Handler, type Instance, type VirtualLambda, virtualLambda } from "./lambda.ts";
import { withWrongListings } from "./listings.ts";
import { type Looks, looksOf } from "./looks.ts";
import { type CallOnWire, doorOf, type Fate, type NetworkWorld } from "./network.ts";
import { taskName } from "./notices.ts";
import { RequestCounts } from "./requests.ts";
import { isWithin, type Script, scriptOf, untroubledScript } from "./script.ts";
import { simulatedServices } from "./services.ts";
import { warmUp } from "./warmUp.ts";
import { BUCKET, everyAuditor, type World, worldOf } from "./world.ts";

/** When every simulated run begins. */
const START = Date.UTC(2026, 10, 24, 3);

const HOUR = 3_600_000;
/** How long the watchdog is awaited after the last run has begun. */
const WATCHED = 24 * HOUR;

/**
 * What each client would look up in the environment and in the shared files at its first call: nothing of it is set, and
 * with one process for all instances they would look for it thousands of times.
 */
const NOTHING_SET = {
  authSchemePreference: [],
  defaultsMode: "legacy",
  requestChecksumCalculation: "WHEN_SUPPORTED",
  responseChecksumValidation: "WHEN_SUPPORTED",
  retryMode: "standard",
  useArnRegion: false,
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: async () => undefined,
};

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
  /** How closely it is looked at, instead of what the seed says; false: not at all. */
  looks?: Looks | false;
  system?: System;
  script?: Script;
  /** What a function makes of its machine's clock, instead of what it does. */
  clockOf?: (clock: () => number) => () => number;
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
  /** Faults that struck, by kind. */
  faults: Record<string, number>;
  /** Tries of functions, by name. */
  tries: Record<string, number>;
  /** Alarms that went off, by name. */
  alarms: string[];
  /** Bytes of the greatest event that a function was invoked with. */
  largestEvent: number;
  /** What the run left for the order of the next one. */
  durations: string | undefined;
  /** The bucket's documents of runs, by key. */
  documents: Map<string, string>;
  state: SandboxState;
  /** What its manifests are verified with, PEM. */
  publicKey: string;
  holdings: Map<string, Holdings>;
}

/** Everything that a simulated run plays on. */
interface Stage {
  script: Script;
  clock: VirtualClock;
  random: () => number;
  log: EventLog;
  world: World;
  changes: Changes;
  lambda: VirtualLambda;
  requests: RequestCounts;
  faults: Record<string, number>;
  /** How often each task was begun. */
  taskTries: Map<string, number>;
  alarms: RaisedAlarms;
}

function stageOf(seed: number, script: Script, options: SimulationOptions): Stage {
  const { system = realSystem } = options;
  const clock = new VirtualClock(START);
  const random = randomOf(`${seed} events`);
  const randomId = (length: number) => idOf(random, length);
  const log = new EventLog(clock.now, options.keepLog ?? false);
  const world = worldOf(script, clock.now, randomId);
  const { state } = world;
  options.furnish?.(world.holdings);
  if (options.durations) world.leaveHint(options.durations);
  const faults: Record<string, number> = {};
  const struck = (fault: string) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
  };
  const changes = changesOf(script.seed, script.changing);
  const services = withWrongListings(
    simulatedServices((account) => world.holdings.get(account)!, script.page),
    { seed: script.seed, share: script.wrongPages, changes, pageSize: script.page, struck },
  );
  const requests = new RequestCounts();
  const taskTries = new Map<string, number>();
  const alarms = new RaisedAlarms();
  const elapsed = () => clock.now() - START;
  const ahead = (functionName: string) => {
    const name = functionName.slice("audit-".length);
    const { at, by } = script.clocksPutBack.get(name) ?? { at: Number.POSITIVE_INFINITY, by: 0 };
    return (script.clocks.get(name) ?? 0) - (elapsed() >= at ? by : 0);
  };
  const runtimeOf = (fn: StoredFunction, self: Pick<Instance, "attempt">): Runtime => ({
    ...environmentOf(world, fn),
    now: (options.clockOf ?? risingClock)(() => clock.now() + ahead(fn.FunctionName)),
    random,
    timeout: clock.timeout,
    wait: clock.sleep,
    hasAddress: async () => true,
    client: ({ requestTimeout }) => ({
      ...NOTHING_SET,
      requestHandler: doorOf(clock, log, network, self, requestTimeout),
      region: fn.region,
      credentials: { accessKeyId: world.keys.get(fn.FunctionName)!, secretAccessKey: "simulated" },
      sha256: Unsigned,
    }),
  });
  const lambda = virtualLambda(clock, log, {
    start: (fn, self) => system(nameOf(fn), runtimeOf(fn, self)),
    coldStartMs: () => options.coldStartMs ?? 200 + random() * 600,
    deliveries: () => {
      const late = () => random() * script.late;
      if (random() >= script.duplicate) return [late()];
      struck("event delivered twice");
      return [late(), late() + random() * 60_000];
    },
    destination: (fn) => (fn.onFailure ? state.functions.get(fn.onFailure) : undefined),
    randomId,
    begun: (fn, event) => {
      alarms.begun(nameOf(fn));
      const { run_id, task } = event as { run_id?: string; task?: { id: string } };
      if (!run_id || !task) return;
      const name = taskName(run_id, task.id);
      taskTries.set(name, (taskTries.get(name) ?? 0) + 1);
    },
    ended: (fn, answer) => alarms.ended(nameOf(fn), answer),
    dropped: (fn) => alarms.dropped(nameOf(fn)),
    startsAgainAt: () => (isWithin(elapsed(), script.outage) ? START + script.outage!.until : undefined),
    isRecordLost: () => {
      if (!script.lostRecords || random() >= script.lostRecords) return false;
      struck("record of a dead event lost");
      alarms.notDelivered();
      return true;
    },
    concurrency: options.concurrency,
  });
  const { handle } = createSandbox(state, { now: clock.now, random, invoke: lambda, services });
  const fate = fateOf({ script, clock, random, world }, options);
  const network: NetworkWorld = { handle, services, fate, count: requests.add, ahead, struck, random };
  befall({ script, clock, world, lambda }, struck);
  return { script, clock, random, log, world, changes, lambda, requests, faults, taskTries, alarms };
}

const nameOf = ({ FunctionName }: StoredFunction): string => FunctionName.slice("audit-".length);

/** The settings that an instance began with: a deployment gives others to those that are made after it. */
function environmentOf({ environments }: World, { FunctionName }: StoredFunction): Pick<Runtime, "env"> {
  const environment = environments.get(FunctionName)!;
  return { env: () => environment };
}

/** What happens to the accounts at a time: a deployment, an account that leaves. */
function befall(
  { script, clock, world, lambda }: Pick<Stage, "script" | "clock" | "world" | "lambda">,
  struck: (fault: string) => void,
): void {
  const { deployedAt, leaving, joining, clocksPutBack } = script;
  if (deployedAt !== undefined) {
    world.deploy("1".repeat(64));
    clock.after(deployedAt, () => {
      world.deploy("2".repeat(64));
      lambda.redeploy();
      struck("deployment in mid-run");
    });
  }
  for (const { at } of clocksPutBack.values()) clock.after(at, () => struck("clock put back"));
  for (const [account, at] of joining)
    clock.after(at, () => {
      world.join(account);
      struck("account that joins");
    });
  for (const [account, at] of leaving)
    clock.after(at, () => {
      world.leave(account);
      struck("account that leaves");
    });
}

function fateOf(
  { script, clock, random, world }: Pick<Stage, "script" | "clock" | "random" | "world">,
  { fate }: SimulationOptions,
): NetworkWorld["fate"] {
  const { sessions, auditAccount } = world.state;
  const accountOf = (key: string) => sessions.get(key)?.account ?? "";
  if (fate) return (call) => fate(accountOf(call.key), call, clock.now());
  const { changeKey } = world;
  return fatesOf(script, { random, elapsed: () => clock.now() - START, accountOf, auditAccount, changeKey });
}

/** Lets everything happen that the boss's invocation brings about. */
async function play({ script, clock, random, world, lambda }: Stage, options: SimulationOptions): Promise<void> {
  const { functions, buckets } = world.state;
  const uninstall = clock.install(random);
  try {
    const named = (name: string) => [...functions.values()].find((fn) => fn.FunctionName === name)!;
    const isOpen = () => openRunsIn(buckets.get(BUCKET)!.objects).length > 0;
    const last = begin(script, clock, random, named("audit-boss"), lambda);
    watch(clock, last + WATCHED, () => {
      if (isOpen()) lambda.later(named("audit-watchdog"), {});
    });
    const seal = (request: object) => void lambda.now(named("audit-sealer"), request);
    for (const hour of [20, 21, 22, 23])
      clock.after(last - clock.now() + hour * HOUR, () => {
        for (const run of openRunsIn(buckets.get(BUCKET)!.objects))
          seal({ ...run, incomplete: { requested_by: "somebody who was alarmed" } });
      });
    options.workload?.(clock, isOpen);
    await clock.run(options.eachEvent);
  } finally {
    uninstall();
  }
}

/** One whole run in virtual time, from the boss's invocation until nothing is left to happen, and what holds after it. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationReport> {
  await warmUp();
  const script = options.script ?? scriptOf(seed);
  const stage = stageOf(seed, script, options);
  const { looks = looksOf(seed) } = options;
  const untroubled = async () => (await simulate(seed, { script: untroubledScript(script), looks: false })).state;
  const { world, changes, log, requests, faults, lambda } = stage;
  const unawaited: string[] = [];
  const note = (reason: unknown) => void unawaited.push(`nobody waited for what failed: ${String(reason)}`);
  // Lambda ends a process for it.
  process.on("unhandledRejection", note);
  const found = await play(stage, options)
    .then(() =>
      looks
        ? violations(world, script, {
            ...{ alarms: stage.alarms.names, requests: requests.counts, begun: lambda.tries },
            ...{ changes, tries: stage.taskTries, looks, untroubled },
          })
        : [],
    )
    .finally(() => process.off("unhandledRejection", note));
  const { objects } = world.state.buckets.get(BUCKET)!;
  return {
    seed,
    violations: [...found, ...new Set(unawaited)],
    digest: log.digest(),
    events: log.count,
    took: log.last - START,
    log: log.lines,
    requests: requests.counts,
    faults,
    tries: Object.fromEntries(lambda.tries),
    alarms: [...stage.alarms.names],
    largestEvent: lambda.largestEvent(),
    state: world.state,
    publicKey: world.publicKey(),
    holdings: world.holdings,
    durations: textOf(objects.get(DURATIONS_KEY)?.at(-1)?.body),
    documents: new Map(
      [...objects].flatMap(([key, versions]) =>
        key.startsWith("runs/") ? [[key, textOf(versions.at(-1)!.body)!] as const] : [],
      ),
    ),
  };
}

const textOf = (body: Uint8Array | undefined) => body && Buffer.from(body).toString("utf8");

/** Runs that are not sealed and signed: without any, the watchdog and whoever is alarmed would find nothing to do. */
function openRunsIn(objects: ReadonlyMap<string, unknown>): { run_id: string; run_date: string }[] {
  return [...objects.keys()].flatMap((key) => {
    const [, run_date, run_id] = /^runs\/run_date=([^/]+)\/run_id=([^/]+)\/plan\.json$/.exec(key) ?? [];
    if (!run_date || !run_id || objects.has(signatureKey(run_id, run_date))) return [];
    return { run_id, run_date };
  });
}

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
  lambda: VirtualLambda,
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
