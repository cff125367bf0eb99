import { pick, randomOf } from "../sandbox/random.ts";
import type { Sizes } from "./estate.ts";
import { HINTS, type Hint } from "./hints.ts";
import { WRONG_ANSWERS, type WrongAnswer } from "./wrongAnswers.ts";

/** How unkind a simulated run is: everything a seed decides before it begins. */
export interface Script {
  seed: number;
  accounts: string[];
  regions: string[];
  /** Of {@link everyAuditor}. */
  auditors: string[];
  sizes: Sizes;
  /** Resources of one page of a listing. */
  page: number;
  /** Of each documented rate, how much the run may take. */
  apiShare: number;
  /** Minutes within which a run is to be sealed; left out, auditors read as long as it takes. */
  sealDeadlineMinutes?: number;
  /** Seconds that an auditor may run. */
  auditorTimeout: number;
  /** Milliseconds that a call in a member account takes. */
  latency: number;
  /** `day after day`: three runs, each with those before it in the chain. */
  bosses: "one" | "two" | "schedule delivered twice" | "day after day";
  /** Chance of each event to be delivered twice. */
  duplicate: number;
  /** Milliseconds that a delivery may be late: what was queued first need not be first. */
  late: number;
  /** Chance of each call to be an attempt's last one, and how often each function may die of it. */
  kill: number;
  kills: Record<"boss" | "auditor" | "recorder" | "sealer", number>;
  /** Chances of each call. */
  throttle: number;
  serverError: number;
  reset: number;
  /** Chance of a conditional write to be answered with a conflict, or with an error though it happened. */
  writeFault: number;
  /** Chance of each invocation to be refused, and how many may be. */
  invokeFault: number;
  invokeFaults: number;
  /** A function that cannot be invoked at all. */
  missingFunction: string | undefined;
  /** `<account> <region>` that never answers. */
  silent: Set<string>;
  /** Chance of each call in a member account to find its session ended. */
  expired: number;
  /** Accounts that cannot be entered. */
  closed: Set<string>;
  /** Actions that an account denies. */
  denied: Map<string, string>;
  /** From and until when, in milliseconds of the run, S3 takes how many times as long. */
  slowS3: { from: number; until: number; times: number } | undefined;
  /** What the boss finds of what earlier runs took. */
  hint: Hint;
  /** Accounts of a task; left out where the number of tasks decides. */
  accountsPerTask?: number | undefined;
  /** Chance of each call in a member account, and of each that enters one, to get what is no answer to it, and in which ways. */
  wrongAnswer: number;
  wrongAnswers: readonly WrongAnswer[];
  /** Chance of each answer to come with a changed bit that can be noticed. */
  changedBits: number;
  /** Chance of each call in a member account to find that the session's token is not taken any more. */
  tokenRefused: number;
  /** Of all listings, the share whose pages go wrong. */
  wrongPages: number;
  /** Of all resources, the share that come, go or move while they are read. */
  changing: number;
  /** Milliseconds by which the clock of a function is ahead of AWS's; by its name without the prefix. */
  clocks: ReadonlyMap<string, number>;
  /** Clocks of functions that are put back while they run, by the function's name without the prefix. */
  clocksPutBack: ReadonlyMap<string, PutBack>;
  /** Chance of each write of evidence to land when nobody waits for it any more. */
  lateWrite: number;
  /** What becomes of the signing key: from which call to KMS on, and for how many. */
  signingKey: SigningKeyFault | undefined;
  /** Milliseconds of the run after which functions have new code: what runs goes on with the old one. */
  deployedAt: number | undefined;
  /** Chance of each event that was given up not to reach the recorder. */
  lostRecords: number;
  /** When S3 refuses every call of the audit account, in milliseconds of the run. */
  refusedS3: Span | undefined;
  /** Milliseconds of the run after which the bucket takes only writes with a checksum, as with Object Lock. */
  lockedFrom: number | undefined;
  /** When no function starts and no call is answered, in milliseconds of the run: longer than Lambda keeps an event. */
  outage: Span | undefined;
  /** Milliseconds of the run after which an account has left: its role is gone. */
  leaving: ReadonlyMap<string, number>;
  /** Milliseconds of the run after which an account is there, and listed: whatever was planned before is without it. */
  joining: ReadonlyMap<string, number>;
}

/** When a clock is put back, in milliseconds of the run, and by how many. */
export interface PutBack {
  at: number;
  by: number;
}

/** Milliseconds of the run. */
export interface Span {
  from: number;
  until: number;
}

export const isWithin = (ms: number, span: Span | undefined): boolean =>
  span !== undefined && ms >= span.from && ms < span.until;

/** The key may not be used, is switched off, or is another one from then on. */
export const SIGNING_KEY_FAULTS = ["denied", "disabled", "changed"] as const;
export interface SigningKeyFault {
  fault: (typeof SIGNING_KEY_FAULTS)[number];
  from: number;
  calls: number;
}

const REGIONS = ["eu-central-1", "us-east-1", "eu-south-1"];
const ACTIONS = [
  "rds:DescribeDBInstances",
  "rds:DescribeDBSubnetGroups",
  "rds:ListTagsForResource",
  "iam:GetAccountAuthorizationDetails",
  "iam:ListAccessKeys",
  "iam:ListMFADevices",
  "ec2:DescribeRegions",
];

/** The script of a seed. Each kind of fault is on in about a third of the seeds, so that they meet in all pairs. */
export function scriptOf(seed: number): Script {
  const random = randomOf(`${seed} script`);
  const on = (chance = 0.35) => random() < chance;
  const between = (least: number, most: number) => least + random() * (most - least);
  const some = <T>(from: readonly T[], chance: number) => from.filter(() => random() < chance);
  const accounts = Array.from({ length: 1 + Math.floor(random() ** 2 * 3) }, (_none, n) => String(n + 1).repeat(12));
  const large = on(0.15);
  const regions = REGIONS.filter((_region, n) => n === 0 || random() < 0.4);
  const silent = on(0.12) ? [`${pick(random, accounts)} ${pick(random, regions)}`] : [];
  const from = between(0, 60_000);
  // More than Lambda's three tries: then it is the watchdog that has the run sealed.
  const sealerKills = on(0.25) ? 12 : 2;
  return {
    seed,
    accounts,
    regions,
    auditors: clustersIn(seed) ? ["rds", "iam", "clusters"] : ["rds", "iam"],
    page: 2,
    apiShare: 0.5,
    sizes: {
      ...(large ? { instances: 30, groups: 4, people: 2 } : { instances: 4, groups: 2, people: 3 }),
      clusters: 3,
    },
    auditorTimeout: large ? Math.round(between(25, 60)) : 300,
    latency: large ? between(1_000, 5_000) : between(20, 300),
    bosses: on(0.3) ? pick(random, ["two", "schedule delivered twice", "day after day"] as const) : "one",
    duplicate: on() ? between(0.05, 0.5) : 0,
    late: on() ? between(1_000, 240_000) : 50,
    kill: on(0.5) ? between(0.005, 0.1) : 0,
    kills: { boss: on(0.3) ? 2 : 0, auditor: Math.floor(between(1, 12)), recorder: 2, sealer: sealerKills },
    throttle: on() ? between(0.01, 0.2) : 0,
    serverError: on() ? between(0.01, 0.12) : 0,
    reset: on() ? between(0.01, 0.12) : 0,
    writeFault: on(0.5) ? between(0.05, 0.5) : 0,
    invokeFault: on() ? between(0.05, 0.5) : 0,
    invokeFaults: 10,
    missingFunction: on(0.08) ? pick(random, ["audit-get-meta-rds", "audit-get-meta-iam"]) : undefined,
    silent: new Set(silent),
    expired: on(0.15) ? between(0.005, 0.1) : 0,
    closed: new Set(on() ? some(accounts, 0.4) : []),
    denied: new Map(on() ? some(accounts, 0.5).map((account) => [account, pick(random, ACTIONS)]) : []),
    slowS3: on(0.2) ? { from, until: from + between(5_000, 90_000), times: between(20, 600) } : undefined,
    hint: pick(random, HINTS),
    accountsPerTask: on() ? 2 : undefined,
    ...wrongAwsOf(seed),
    ...troubleOf(seed, accounts),
    ...lateTroubleOf(seed, accounts),
  };
}

/** What was added last: drawn apart, so that a seed keeps everything else. */
function lateTroubleOf(seed: number, accounts: readonly string[]) {
  const random = randomOf(`${seed} late trouble`);
  const on = (chance: number) => random() < chance;
  const between = (least: number, most: number) => least + random() * (most - least);
  // Within the five minutes by which AWS lets a clock be wrong.
  const putBack = (): PutBack => ({ at: between(0, 30_000), by: Math.round(between(200, 200_000)) });
  const joins = String(accounts.length + 1).repeat(12);
  return {
    clocksPutBack: new Map(
      on(0.2) ? CLOCKS.filter(() => random() < 0.6).map((name) => [name, putBack()] as const) : [],
    ),
    joining: new Map(on(0.12) ? [[joins, between(0, 5_000)] as const] : []),
    changedBits: on(0.2) ? between(0.01, 0.15) : 0,
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What befalls the accounts themselves: drawn apart as well. */
function troubleOf(seed: number, accounts: readonly string[]) {
  const random = randomOf(`${seed} trouble`);
  const on = (chance: number) => random() < chance;
  const between = (least: number, most: number) => least + random() * (most - least);
  const span = (least: number, most: number): Span => {
    const from = between(500, 20_000);
    return { from, until: from + between(least, most) };
  };
  return {
    deployedAt: on(0.1) ? between(500, 20_000) : undefined,
    lostRecords: on(0.2) ? between(0.3, 1) : 0,
    refusedS3: on(0.06) ? span(MINUTE, 20 * MINUTE) : undefined,
    lockedFrom: on(0.1) ? between(0, 20_000) : undefined,
    outage: on(0.05) ? span(6 * HOUR, 9 * HOUR) : undefined,
    leaving: new Map(on(0.06) ? [[pick(random, accounts), between(500, 5_000)] as const] : []),
  };
}

/** Functions whose clocks may differ from AWS's. */
const CLOCKS = ["boss", "get-meta-rds", "get-meta-iam", "get-meta-clusters", "recorder", "sealer", "watchdog"];

/** Whether a seed's run lists what stands below what it has listed. */
const clustersIn = (seed: number): boolean => randomOf(`${seed} clusters`)() < 0.15;

/** What AWS does what it does not say: drawn apart, so that a seed keeps the other faults of its run. */
function wrongAwsOf(seed: number) {
  const random = randomOf(`${seed} wrong AWS`);
  const on = (chance = 0.25) => random() < chance;
  const between = (least: number, most: number) => least + random() * (most - least);
  const clock = () => (random() < 0.5 ? 1 : -1) * Math.round(between(6, random() < 0.3 ? 150 : 40)) * 60_000;
  return {
    wrongAnswer: on() ? between(0.01, 0.15) : 0,
    wrongAnswers: on(0.5) ? [pick(random, WRONG_ANSWERS)] : WRONG_ANSWERS,
    tokenRefused: on(0.2) ? between(0.01, 0.1) : 0,
    wrongPages: on() ? between(0.1, 0.6) : 0,
    changing: on() ? between(0.05, 0.5) : 0,
    clocks: new Map(on(0.2) ? CLOCKS.filter(() => random() < 0.5).map((name) => [name, clock()] as const) : []),
    lateWrite: on() ? between(0.02, 0.25) : 0,
    signingKey: on(0.2)
      ? { fault: pick(random, SIGNING_KEY_FAULTS), from: Math.floor(between(0, 6)), calls: Math.floor(between(1, 7)) }
      : undefined,
  };
}

/** The same estate, in which nothing goes wrong. */
export const untroubledScript = ({ seed, accounts, regions, auditors, sizes, page }: Script): Script => ({
  ...quietScript(seed),
  ...{ accounts, regions, auditors, sizes, page },
});

/** A script in which nothing goes wrong. */
export const quietScript = (seed: number): Script => ({
  seed,
  accounts: ["111111111111"],
  regions: ["eu-central-1"],
  auditors: ["rds", "iam"],
  page: 2,
  apiShare: 0.5,
  sizes: { instances: 4, groups: 2, people: 3 },
  auditorTimeout: 900,
  latency: 50,
  bosses: "one",
  duplicate: 0,
  late: 50,
  kill: 0,
  kills: { boss: 0, auditor: 0, recorder: 0, sealer: 0 },
  throttle: 0,
  serverError: 0,
  reset: 0,
  writeFault: 0,
  invokeFault: 0,
  invokeFaults: 0,
  missingFunction: undefined,
  silent: new Set(),
  expired: 0,
  closed: new Set(),
  denied: new Map(),
  slowS3: undefined,
  hint: "none",
  wrongAnswer: 0,
  wrongAnswers: [],
  tokenRefused: 0,
  wrongPages: 0,
  changing: 0,
  clocks: new Map(),
  lateWrite: 0,
  signingKey: undefined,
  deployedAt: undefined,
  lostRecords: 0,
  refusedS3: undefined,
  lockedFrom: undefined,
  outage: undefined,
  leaving: new Map(),
  clocksPutBack: new Map(),
  joining: new Map(),
  changedBits: 0,
});
