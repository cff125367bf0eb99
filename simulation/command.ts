import { fork } from "node:child_process";
import { parseArgs } from "node:util";

/** `npm run simulate -- --seed N --runs K`: whole runs in virtual time, and what did not hold in them. */

const USAGE = `npm run simulate -- [--seed N] [--runs K] [--workers W] [--log]
npm run simulate -- --table
  --seed N     first seed (default 1)
  --runs K     seeds from there (default 1)
  --workers W  processes that share them (default 2)
  --log        print everything that happens (one run)
  --table      what whole runs over 50, 500 and 5,000 accounts cost`;

/** What a worker tells of a seed. */
interface SeedDone {
  seed: number;
  violations: string[];
  digest: string;
  events: number;
  faults: Record<string, number>;
}

/** Room for young objects, in megabytes: a seed's state lives as long as the seed, and would be copied at each collection. */
const WORKER_OPTIONS = ["--import=tsx", "--max-semi-space-size=64"];

process.env.POWERTOOLS_LOG_LEVEL = "SILENT";
process.env.POWERTOOLS_METRICS_DISABLED = "true";
process.env.NODE_NO_WARNINGS = "1";

const OPTIONS = {
  seed: { type: "string", default: "1" },
  runs: { type: "string", default: "1" },
  workers: { type: "string", default: "2" },
  log: { type: "boolean", default: false },
  table: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** The options; where they cannot be read, usage and why, and this process ends. */
function optionsGiven() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    for (const [name, least] of Object.entries({ seed: 0, runs: 1, workers: 1 })) {
      const text = values[name as "seed" | "runs" | "workers"];
      if (!/^\d+$/.test(text) || Number(text) < least)
        throw new Error(`--${name} ${text}: a whole number from ${least} on is expected`);
    }
    return values;
  } catch (error) {
    console.error(`${(error as Error).message.split(". ")[0]}\n\n${USAGE}`);
    process.exit(2);
  }
}

const values = optionsGiven();
const [seed, runs, workers] = [values.seed, values.runs, values.workers].map(Number) as [number, number, number];

if (values.help) {
  console.log(USAGE);
} else if (values.table) {
  const { limitsTable } = await import("./limits.ts");
  await limitsTable([50, 500, 5000]);
} else if (process.send || runs === 1) {
  await here(seed, runs, values.log);
} else {
  await shared();
}

/** Runs seeds in this process; a worker's parent is told of each. */
async function here(first: number, count: number, keepLog: boolean): Promise<void> {
  const { simulate } = await import("./simulate.ts");
  for (let each = first; each < first + count; each++) {
    const report = await simulate(each, { keepLog });
    for (const line of report.log) console.log(line);
    if (process.send) {
      const { violations, digest, events, faults } = report;
      process.send({ seed: each, violations, digest, events, faults } satisfies SeedDone);
    } else {
      console.log(`seed ${each}: ${report.events} events in ${Math.round(report.took / 1000)} s, ${report.digest}`);
      tell(report);
      tellFaults(new Map(Object.entries(report.faults).map(([fault, times]) => [fault, { seeds: 1, times }])));
    }
  }
  if (process.send) process.disconnect();
}

function tell({ seed: failed, violations }: Pick<SeedDone, "seed" | "violations">): void {
  if (!violations.length) return;
  process.exitCode = 1;
  console.log(`seed ${failed} does not hold:`);
  for (const violation of violations) console.log(`  ${violation}`);
  console.log(`  replay: npm run simulate -- --seed ${failed} --log`);
}

/** In how many seeds a fault struck, and how often. */
type Faults = Map<string, { seeds: number; times: number }>;

function addFaults(all: Faults, faults: Record<string, number>): void {
  for (const [fault, times] of Object.entries(faults)) {
    const known = all.get(fault) ?? { seeds: 0, times: 0 };
    all.set(fault, { seeds: known.seeds + 1, times: known.times + times });
  }
}

function tellFaults(faults: Faults): void {
  if (faults.size) console.log("faults that struck, and in how many seeds:");
  for (const [fault, { seeds, times }] of [...faults].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${fault.padEnd(40)} ${String(times).padStart(7)} ${String(seeds).padStart(6)}`);
}

/** Shares the seeds among worker processes. */
async function shared(): Promise<void> {
  const started = performance.now();
  const share = Math.ceil(runs / workers);
  let [done, events, failed] = [0, 0, 0];
  const faults: Faults = new Map();
  await Promise.all(
    Array.from({ length: workers }, (_none, n) => {
      const from = seed + n * share;
      const count = Math.min(share, seed + runs - from);
      if (count <= 0) return undefined;
      const worker = fork(new URL(import.meta.url), ["--seed", String(from), "--runs", String(count)], {
        execArgv: WORKER_OPTIONS,
      });
      worker.on("message", (report: SeedDone) => {
        done += 1;
        events += report.events;
        addFaults(faults, report.faults);
        if (report.violations.length) failed += 1;
        tell(report);
        if (done % 200 === 0) console.error(`${done} of ${runs}`);
      });
      return new Promise<void>((resolve, reject) =>
        worker.on("exit", (code) => (code ? reject(new Error(`a worker ended with ${code}`)) : resolve())),
      );
    }),
  );
  tellFaults(faults);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${done} runs, ${events} events, ${failed} that do not hold, in ${seconds} s`);
  if (done < runs) throw new Error(`${runs - done} runs were not finished`);
}
