import type { Manifest } from "../src/evidence/manifest.ts";
import type { Outcome } from "../src/evidence/outcome.ts";
import type { TaskOutcome } from "../src/evidence/taskOutcome.ts";
import { printable } from "../src/query/printable.ts";
import { CostCount, type RunCost } from "./runCost.ts";

/** A planned item by what it took. */
interface Took {
  account_id: string;
  auditor: string;
  region: string;
  ms: number;
}

/** What a sealed run took. */
export interface RunSummary {
  tasks: { planned: number; handed_over: number; missing: number };
  calls: number;
  /** Attempts after the first, for whatever reason. */
  retries: number;
  /** Answers by which AWS asked to be called less often. */
  throttles: number;
  /** Accounts that were asked too much, most throttled first. */
  throttled_accounts: { account_id: string; throttles: number }[];
  /** Milliseconds that calls waited so that a run takes its share of the accounts' rates and no more, all added up. */
  held_ms: number;
  /** Accounts whose calls waited, longest first. */
  held_accounts: { account_id: string; held_ms: number }[];
  /** Accounts by the planned item that took longest in each, slowest first. */
  slowest_accounts: Took[];
  cost: RunCost;
}

/** Accounts that are named. */
const NAMED = 5;

/** Sums a sealed run up while its commits are read for something else; memory grows with the accounts. */
export class RunCount {
  private readonly cost = new CostCount();
  private readonly slowest = new Map<string, Took>();
  private readonly throttled = new Map<string, number>();
  private readonly held = new Map<string, number>();

  /** Outcomes of commits as they come, counted in passing. */
  async *through(commits: AsyncIterable<TaskOutcome>): AsyncGenerator<Outcome, void, undefined> {
    for await (const commit of commits) {
      this.cost.add(commit);
      for (const outcome of commit.outcomes) {
        this.add(outcome);
        yield outcome;
      }
    }
  }

  private add({ account_id, auditor, region, ms, throttles = 0, held_ms = 0 }: Outcome): void {
    const slowest = this.slowest.get(account_id);
    if (!slowest || ms > slowest.ms) this.slowest.set(account_id, { account_id, auditor, region, ms });
    if (throttles) this.throttled.set(account_id, (this.throttled.get(account_id) ?? 0) + throttles);
    if (held_ms) this.held.set(account_id, (this.held.get(account_id) ?? 0) + held_ms);
  }

  /** @param plannedTasks those of the plan, without what they handed over */
  summary(manifest: Manifest, plannedTasks: number): RunSummary {
    const throttled = [...this.throttled].map(([account_id, throttles]) => ({ account_id, throttles }));
    const held = [...this.held].map(([account_id, held_ms]) => ({ account_id, held_ms }));
    return {
      tasks: {
        planned: plannedTasks,
        handed_over: manifest.tasks.length + manifest.missing.length - plannedTasks,
        missing: manifest.missing.length,
      },
      calls: manifest.totals.calls,
      retries: manifest.totals.retries,
      throttles: throttled.reduce((sum, { throttles }) => sum + throttles, 0),
      throttled_accounts: throttled.sort((a, b) => b.throttles - a.throttles).slice(0, NAMED),
      held_ms: held.reduce((sum, { held_ms }) => sum + held_ms, 0),
      held_accounts: held.sort((a, b) => b.held_ms - a.held_ms).slice(0, NAMED),
      slowest_accounts: [...this.slowest.values()].sort((a, b) => b.ms - a.ms).slice(0, NAMED),
      cost: this.cost.cost(manifest, plannedTasks),
    };
  }
}

const whole = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 0 });
const dollars = (value: number): string =>
  `$${value.toLocaleString("en-US", { maximumSignificantDigits: 2, maximumFractionDigits: 20 })}`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A summary as lines of text. @param withCost false for a run that no function has collected */
export function summaryText(
  { tasks, calls, retries, throttles, held_ms, ...more }: RunSummary,
  withCost = true,
): string {
  const { throttled_accounts, held_accounts, slowest_accounts, cost } = more;
  const most = throttled_accounts.map((each) => `${each.account_id} ×${whole(each.throttles)}`).join(", ");
  const waited = held_accounts.map((each) => `${each.account_id} ${seconds(each.held_ms)}`).join(", ");
  const measured = tasks.planned + tasks.handed_over - tasks.missing;
  return [
    `tasks    ${whole(tasks.planned)} planned, ${whole(tasks.handed_over)} handed over${tasks.missing ? `, ${whole(tasks.missing)} missing` : ""}`,
    `calls    ${whole(calls)}, of which ${whole(retries)} repeated; throttled ${whole(throttles)} times${most ? `: ${most}` : ""}`,
    ...(held_ms
      ? [`waited   ${seconds(held_ms)} in all, to keep to the run's share of the accounts' rates: ${waited}`]
      : []),
    `slowest  ${slowest_accounts.map(({ account_id, auditor, region, ms }) => `${account_id} ${seconds(ms)} (${auditor} ${region})`).join(", ")}`,
    ...(withCost ? costLines(cost, measured) : []),
  ]
    .map(printable)
    .join("\n");
}

function costLines({ lambda, s3, kms, prices, dollars: all }: RunCost, measured: number): string[] {
  return [
    `cost     about ${dollars(all)}: Lambda ${dollars(lambda.dollars)} (${lambda.gigabyte_seconds.toFixed(1)} GB-seconds${
      lambda.tasks_measured < measured ? ` of ${lambda.tasks_measured} tasks that measured them` : ""
    }, ${whole(lambda.requests)} requests), S3 ${dollars(s3.dollars)} (${whole(s3.writes)} writes and listings, ${whole(s3.reads)} reads), KMS ${dollars(kms.dollars)}; to keep it ${dollars(s3.kept_dollars_per_month)} a month`,
    `         an estimate by list prices of ${prices.region} as of ${prices.as_of}, which differ by region; without tables, queries and logs`,
  ];
}
