import { COLD_START_MS, idOf, LATENCIES, scaled, timed } from "../../sandbox/simulation/scale.ts";
import { type Line, type Row, seconds, times } from "../row.ts";

const SIZES = [50, 500, 5_000];
const RATIO = 1.25;
/** Snapshots of one account's region: who may use each takes a call. */
const SNAPSHOTS = [10_000, 100_000];
const GENTLE_SNAPSHOTS = 3_000;
const REGION = "eu-central-1";
const small = { instances: 1, groups: 1, people: 1, volumes: 1, snapshots: 1 };

/** A whole run in virtual time against the least that it could take. */
async function growing(accounts: number): Promise<Line> {
  const { report, path, ratio, refused, tasks, calls, items, cpuMs } = await timed(scaled(accounts, { sizes: small }));
  return {
    what: `whole run, ${accounts} accounts, virtual time, against the critical path`,
    measured: times(ratio),
    target: { text: `≤ ${RATIO} ×`, met: ratio <= RATIO && !report.violations.length },
    from: `${seconds(report.took)} and ${seconds(path.total)} (start ${seconds(path.toAccounts)}, slowest listing ${seconds(path.reading)}, seal ${seconds(path.toSeal)}); ${tasks} tasks, ${calls} calls, ${refused} refused by AWS; here ${seconds(cpuMs)} of processor, ${seconds((cpuMs / items) * 1000)} for 1,000 items; ${report.violations.length} violations`,
  };
}

/** One account far larger than the others. */
async function longTail(snapshots: number): Promise<Line> {
  const script = scaled(50, { sizes: small, page: 1_000 });
  const furnish = (holdings: Map<string, { snapshots: Map<string, number> }>) =>
    void holdings.get(idOf(25))!.snapshots.set(REGION, snapshots);
  const { report, path, ratio, refused, tasks } = await timed(script, { furnish });
  return {
    what: `one account of fifty with ${snapshots.toLocaleString("en")} snapshots, a call for each, against the critical path`,
    measured: times(ratio),
    target: { text: `≤ ${RATIO} ×`, met: ratio <= RATIO && !report.violations.length },
    from: `${seconds(report.took)} and ${seconds(path.total)} (${path.slowest}: half of EC2's 20 calls a second); ${tasks} tasks with those handed over, ${refused} refused by AWS; ${report.violations.length} violations`,
  };
}

/** What an account's own workload is refused while a run reads the account. */
async function gentle(apiShare: number): Promise<Line> {
  const [account] = [idOf(0)];
  const call = { service: "ec2", region: REGION, what: "DescribeSnapshotAttribute" };
  let [asked, denied] = [0, 0];
  const furnish = (holdings: Map<string, { snapshots: Map<string, number> }>) =>
    void holdings.get(account)!.snapshots.set(REGION, GENTLE_SNAPSHOTS);
  const { report, refused, beyond } = await timed(scaled(1, { sizes: small, page: 1_000, apiShare }), {
    furnish,
    // Half of what AWS lets the account do, steadily: ten calls a second.
    beside: (rates) => (clock, isOpen) => {
      const tick = () => {
        asked += 1;
        if (!rates.bucketOf(account, call, clock.now())!.take("workload", clock.now())) denied += 1;
        if (clock.now() < start + 60_000 || isOpen()) clock.after(100, tick);
      };
      const start = clock.now();
      clock.after(100, tick);
    },
  });
  return {
    what: `the account's own workload refused, apiShare ${apiShare}`,
    measured: `${((100 * denied) / asked).toFixed(1)} %`,
    ...(apiShare <= 0.5 ? { target: { text: "0 %, and no call beyond the share", met: !denied && !beyond } } : {}),
    from: `${denied} of ${asked} calls at ten a second, beside ${GENTLE_SNAPSHOTS} calls of the run in ${seconds(report.took)}; ${refused} of the run's refused, ${beyond} beyond its share`,
  };
}

/** Whole runs in virtual time under AWS's documented rates. */
export const row: Row = {
  name: "virtual",
  title: `whole runs in virtual time: ${LATENCIES.audit} and ${LATENCIES.member} ms a call, functions start in ${COLD_START_MS} ms`,
  measure: async () => {
    const lines: Line[] = [];
    for (const accounts of SIZES) lines.push(await growing(accounts));
    for (const snapshots of SNAPSHOTS) lines.push(await longTail(snapshots));
    lines.push(await gentle(0.5), await gentle(1));
    return lines;
  },
};
