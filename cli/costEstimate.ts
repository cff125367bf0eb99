import { type PlannedAuditor, plannedItems, planRun } from "../src/evidence/plan.ts";
import { athenaPrice, PRICES } from "../src/query/prices.ts";
import { costOf, type RunCost } from "./runCost.ts";

/** Days of the month that prices by the month are of. */
const DAYS = 30;

/** What is to be audited, and what is supposed of it. */
export interface Estimated {
  accounts: number;
  regions: number;
  auditors: readonly PlannedAuditor[];
  runsPerDay: number;
  /** Milliseconds of one planned item: an auditor in a region of an account. */
  msPerItem: number;
  /** Megabytes of an auditor's function. */
  memory: number;
  /** Types of which an auditor finds something in its accounts. */
  objectsPerTask: number;
  /** Compressed evidence of one auditor in one account. */
  bytesPerAccount: number;
  queriesPerDay: number;
}

export interface CostEstimate {
  tasks: number;
  planned_items: number;
  a_run: RunCost;
  /** Dollars; `kept` is what the evidence of the first month costs in the month after it. */
  a_month: {
    lambda: number;
    s3: number;
    kms: number;
    athena: number;
    metrics: number;
    standing: number;
    kept: number;
    all: number;
  };
  /** Dollars a month of what stands when nothing runs. */
  standing: { key: number; alarms: number; dashboard: number; listings: number; all: number };
  /** What the member accounts notice. */
  members: {
    /** About the calls of a run where little is found: one for each type in each region. Each is an event of CloudTrail there. */
    calls_a_run: number;
    calls_a_month: number;
    /** Dollars a month that these events cost where a second trail, or GuardDuty, reads them. */
    second_trail: number;
    guard_duty: number;
  };
}

/** Alarms of a default stack. */
const ALARMS = 10;
/** Metrics of its own that a function publishes for its auditor, and those of the runs as a whole. */
const METRICS_OF_AUDITOR = 5;
const METRICS_OF_RUNS = 1;
/** Hours of a day in which a run publishes its metrics: CloudWatch asks for a metric by the hour. */
const HOURS_OF_RUN = 1;
/** Listings of runs that the watchdog makes a day. */
const LISTINGS_A_DAY = 4 * 24;

function standingCost(): CostEstimate["standing"] {
  const parts = {
    key: PRICES.kms.perKeyMonth,
    alarms: ALARMS * PRICES.cloudWatch.perAlarmMonth,
    // It has as many metrics as cost nothing.
    dashboard: 0,
    listings: ((LISTINGS_A_DAY * DAYS) / 1000) * PRICES.s3.perThousandWrites,
  };
  return { ...parts, all: Object.values(parts).reduce((sum, each) => sum + each, 0) };
}

function noticedBy({ accounts, regions, auditors, runsPerDay }: Estimated): CostEstimate["members"] {
  const calls =
    accounts * auditors.reduce((sum, { global, regional }) => sum + global.length + regional.length * regions, 0);
  const month = calls * runsPerDay * DAYS;
  return {
    calls_a_run: calls,
    calls_a_month: month,
    second_trail: (month / 100_000) * PRICES.cloudTrail.perHundredThousandEvents,
    guard_duty: (month / 1_000_000) * PRICES.guardDuty.perMillionEvents,
  };
}

/** What runs will cost in the audit account, from their plan and what is supposed of the estate. */
export function estimate(estimated: Estimated): CostEstimate {
  const { accounts, regions, auditors, runsPerDay, msPerItem, memory } = estimated;
  const names = (count: number, first: number) => Array.from({ length: count }, (_none, n) => String(first + n));
  const { tasks } = planRun({
    runId: "estimate",
    startedAt: new Date(0),
    requestedBy: "estimate",
    toolVersion: "",
    accounts: names(accounts, 100_000_000_000),
    regions: names(regions, 0),
    auditors,
  });
  const items = tasks.reduce((sum, task) => sum + plannedItems(task).length, 0);
  const run = costOf({
    gigabyteSeconds: (items * msPerItem * memory) / 1000 / 1024,
    tasksMeasured: tasks.length,
    commits: tasks.length,
    plannedTasks: tasks.length,
    objects: tasks.length * estimated.objectsPerTask,
    bytes: accounts * auditors.length * estimated.bytesPerAccount,
    signed: true,
  });
  const runs = runsPerDay * DAYS;
  const standing = standingCost();
  const month = {
    lambda: run.lambda.dollars * runs,
    s3: run.s3.dollars * runs,
    kms: run.kms.dollars * runs,
    metrics:
      (METRICS_OF_AUDITOR * auditors.length + METRICS_OF_RUNS) *
      PRICES.cloudWatch.perMetricMonth *
      Math.min(1, (runsPerDay * HOURS_OF_RUN) / 24),
    standing: standing.all,
    // A query reads some columns of one run: mostly less than the least that is asked for.
    athena: estimated.queriesPerDay * DAYS * athenaPrice(PRICES.athena.leastBytes),
    kept: run.s3.kept_dollars_per_month * runs,
  };
  const all = Object.values(month).reduce((sum, each) => sum + each, 0);
  return {
    tasks: tasks.length,
    planned_items: items,
    a_run: run,
    a_month: { ...month, all },
    standing,
    members: noticedBy(estimated),
  };
}
