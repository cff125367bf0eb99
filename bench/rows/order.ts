import { idOf, scaled, timed } from "../../simulation/scale.ts";
import { type Line, type Row, seconds, times } from "../row.ts";

/** Accounts whose work is unequal, and how many snapshots the largest one has: it is the last of the list. */
const ACCOUNTS = 1_200;
const LARGEST = 3_000;
const REGION = "eu-central-1";

/** The same run twice: in the order of the accounts, and by what the first one left of its durations. */
async function ordered(concurrency: number, accountsPerTask: number): Promise<Line> {
  const furnish = (holdings: Map<string, { snapshots: Map<string, number> }>) => {
    // Fifty calls go at once: an eighth of the accounts waits for its share of EC2's rate, up to five seconds.
    for (let n = 0; n < ACCOUNTS; n += 4)
      holdings.get(idOf(n))!.snapshots.set(REGION, Math.round((n / ACCOUNTS) * 100));
    holdings.get(idOf(ACCOUNTS - 1))!.snapshots.set(REGION, LARGEST);
  };
  const script = scaled(ACCOUNTS, {
    sizes: { instances: 0, groups: 0, people: 0 },
    auditors: ["ec2"],
    regions: [REGION],
    page: 1_000,
    accountsPerTask,
  });
  const before = await timed(script, { furnish, concurrency });
  const { durations } = before.report;
  if (!durations) throw new Error("the run left no durations");
  const after = await timed(script, { furnish, concurrency, durations });
  const violations = before.report.violations.length + after.report.violations.length;
  return {
    what: `${ACCOUNTS} unequal accounts, ${accountsPerTask} a task, ${concurrency} functions at a time, longest first, against the critical path`,
    measured: times(after.ratio),
    target: {
      text: "no longer than in the order of the accounts",
      met: after.report.took <= before.report.took && !violations,
    },
    from: `${seconds(after.report.took)}; in the order of the accounts, the longest last, ${seconds(before.report.took)} (${times(before.ratio)}); ${seconds(after.path.total)} at the least; ${after.tasks} tasks, ${violations} violations`,
  };
}

/** What it is worth to start the longest tasks first, in virtual time. */
export const row: Row = {
  name: "order",
  title: `${ACCOUNTS} unequal accounts, the longest last or first`,
  measure: async () => [await ordered(1_000, 1), await ordered(100, 1), await ordered(1_000, 16)],
};
