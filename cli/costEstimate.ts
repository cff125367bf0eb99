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
  a_month: { lambda: number; s3: number; kms: number; athena: number; kept: number; all: number };
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
  const month = {
    lambda: run.lambda.dollars * runs,
    s3: run.s3.dollars * runs,
    kms: run.kms.dollars * runs + PRICES.kms.perKeyMonth,
    // A query reads some columns of one run: mostly less than the least that is asked for.
    athena: estimated.queriesPerDay * DAYS * athenaPrice(PRICES.athena.leastBytes),
    kept: run.s3.kept_dollars_per_month * runs,
  };
  const all = Object.values(month).reduce((sum, each) => sum + each, 0);
  return { tasks: tasks.length, planned_items: items, a_run: run, a_month: { ...month, all } };
}
