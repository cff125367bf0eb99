import { COLD_START_MS, idOf, LATENCIES, scaled, timed } from "../../simulation/scale.ts";
import type { Script } from "../../simulation/script.ts";
import { everyAuditor, simulatedAuditors } from "../../simulation/world.ts";
import { Plan } from "../../src/evidence/plan.ts";
import { TaskOutcome } from "../../src/evidence/taskOutcome.ts";
import { type Line, type Row, seconds, times } from "../row.ts";

const SIZES = [50, 500, 5_000];
const RATIO = 1.25;
/** Snapshots of one account's region: who may use each takes a call. */
const SNAPSHOTS = [10_000, 100_000];
/** ECS task definitions of one: those that a run can read to their end, and those that none can. */
const DEFINITIONS = 50_000;
const TOO_MANY_DEFINITIONS = 500_000;
const SEAL_DEADLINE_MINUTES = 30;
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

type Many = "snapshots" | "definitions";
const NAMES: Record<Many, string> = { snapshots: "snapshots", definitions: "ECS task definitions" };
/** The account that is far larger than the 49 others. */
const LARGE = idOf(25);

function withLargeAccount(of: Many, number: number, more: Partial<Script> = {}) {
  const script = scaled(50, {
    sizes: small,
    page: 1_000,
    auditors: Object.keys(of === "definitions" ? everyAuditor : simulatedAuditors),
    ...more,
  });
  const furnish = (holdings: Map<string, Record<Many, Map<string, number>>>) =>
    void holdings.get(LARGE)![of].set(REGION, number);
  return timed(script, { furnish });
}

/** One account far larger than the others. */
async function longTail(of: Many, number: number): Promise<Line> {
  const { report, path, ratio, refused, tasks, cpuMs } = await withLargeAccount(of, number);
  return {
    what: `one account of fifty with ${number.toLocaleString("en")} ${NAMES[of]}, a call for each, against the critical path`,
    measured: times(ratio),
    target: { text: `≤ ${RATIO} ×`, met: ratio <= RATIO && !report.violations.length },
    from: `${seconds(report.took)} and ${seconds(path.total)} (${path.slowest}: half of 20 calls a second); ${tasks} tasks with those handed over, ${refused} refused by AWS; here ${seconds(cpuMs)} of processor; ${report.violations.length} violations`,
  };
}

/** One account that no run can read to its end: until nothing is handed over any more, or the run is to be sealed. */
async function neverRead(number: number, sealDeadlineMinutes?: number): Promise<Line> {
  const bound = sealDeadlineMinutes ? { sealDeadlineMinutes } : {};
  const { report, refused, tasks, cpuMs } = await withLargeAccount("definitions", number, bound);
  const commits = [...report.documents].flatMap(([key, text]) =>
    key.includes("/outcomes/") ? [TaskOutcome.parse(JSON.parse(text))] : [],
  );
  const ended = commits.flatMap(({ task, outcomes }) =>
    outcomes.map((outcome) => ({ root: task.split(".")[0], outcome })),
  );
  const large = ended.find(
    ({ outcome: { auditor, account_id, region } }) =>
      [auditor, account_id, region].join() === ["ecs", LARGE, REGION].join(),
  )!;
  const others = commits.filter(({ task }) => task.split(".")[0] !== large.root);
  const plan = Plan.parse(JSON.parse([...report.documents].find(([key]) => key.endsWith("/plan.json"))![1]));
  const last = Math.max(...others.map(({ committed_at }) => Date.parse(committed_at))) - Date.parse(plan.started_at);
  const whole = ended.every(({ outcome }) => outcome === large.outcome || outcome.status === "collected");
  return {
    what: `one account of fifty with ${number.toLocaleString("en")} ${NAMES.definitions}, ${sealDeadlineMinutes ? `sealDeadlineMinutes ${sealDeadlineMinutes}` : "no deadline"}: the others are committed`,
    measured: `after ${seconds(last)}`,
    target: { text: "all collected, and the run sealed", met: whole && !report.violations.length },
    from: `sealed after ${seconds(report.took)}: ${large.outcome.counts["AWS::ECS::TaskDefinition"]!.toLocaleString("en")} of them read, ${large.outcome.status}; ${tasks} tasks with those handed over, ${refused} refused by AWS; here ${seconds(cpuMs)} of processor; ${report.violations.length} violations`,
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
    workload: (rates) => (clock, isOpen) => {
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
    for (const snapshots of SNAPSHOTS) lines.push(await longTail("snapshots", snapshots));
    lines.push(await longTail("definitions", DEFINITIONS), await neverRead(TOO_MANY_DEFINITIONS));
    lines.push(await neverRead(TOO_MANY_DEFINITIONS, SEAL_DEADLINE_MINUTES));
    lines.push(await gentle(0.5), await gentle(1));
    return lines;
  },
};
