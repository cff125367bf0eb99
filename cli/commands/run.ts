import { type Command, InvalidArgumentError } from "commander";
import type { Manifest } from "../../src/evidence/manifest.ts";
import type { RunStore } from "../../src/evidence/store.ts";
import { printable } from "../../src/query/printable.ts";
import { BOSS } from "../bossName.ts";
import { CliError } from "../cliError.ts";
import { progressLine } from "../progress.ts";
import type { RunName } from "../runs.ts";
import { list, print, printLine, say as sayLine } from "../terminal.ts";

/** Milliseconds between two looks at a run. */
const LOOK_EVERY_MS = 1000;
/** The exit code of a run that was sealed, and in which something could not be read. */
export const NOT_ALL_COLLECTED = 2;
/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

interface RunOptions {
  accounts?: string[];
  auditors?: string[];
  regions?: string[];
  boss: string;
  wait?: boolean;
  timeout: number;
  json?: boolean;
}

export const runCommand = (program: Command): Command =>
  program
    .command("run")
    .description("start a run over all accounts, auditors and regions, or fewer")
    .option("--accounts <ids>", "comma-separated account ids", list)
    .option("--auditors <names>", "comma-separated auditors", list)
    .option("--regions <names>", "comma-separated regions", list)
    .option("--boss <function>", "name of the boss function; also ITAUDIT_BOSS", BOSS)
    .option("--wait", "wait until the run is sealed, then print its coverage")
    .option("--timeout <minutes>", "how long to wait", minutes, 60)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Exit codes: 0 the run has started, or with --wait everything planned was collected;
1 it could not be started, or was not sealed in time; 2 with --wait: sealed, but something was denied, failed or timed out.

Examples:
  itaudit run --wait
  itaudit run --accounts 111111111111,222222222222 --auditors rds --regions eu-central-1
  itaudit run --wait --json | jq .totals`,
    )
    .action(async ({ boss, wait, timeout, json, ...narrowing }: RunOptions) => {
      const { LambdaClient } = await import("@aws-sdk/client-lambda");
      const [{ runOf }, { startRun }] = await Promise.all([import("../runs.ts"), import("../startRun.ts")]);
      const started = await startRun(new LambdaClient({}), boss, narrowing);
      const say = (text: string) => json || sayLine(printable(text));
      if (!wait) {
        print(
          json
            ? JSON.stringify(started)
            : printable(`run ${started.run_id}: ${started.tasks} tasks, ${started.planned_items} planned items`),
        );
        say(`how far it is: itaudit status ${started.run_id}`);
        return;
      }
      say(`run ${started.run_id}: ${started.tasks} tasks, ${started.planned_items} planned items`);
      const { runStore } = await import("../../src/evidence/store.ts");
      const { evidenceS3 } = await import("../../src/runtime/clients.ts");
      const store = runStore(evidenceS3(), started.bucket);
      const run = runOf(started.manifest_key);
      const manifest = await sealed(store, run, timeout, say);
      const { totals } = manifest;
      if (json)
        print(JSON.stringify({ ...started, sealed_at: manifest.sealed_at, complete: manifest.complete, totals }));
      else {
        const { readOutcomes } = await import("../../src/evidence/readCommits.ts");
        const { plan } = await store.readPlan(run.run, run.date);
        const { coverageTable } = await import("../coverageTable.ts");
        print(await coverageTable(readOutcomes(store.source, manifest), plan.auditors));
        printLine(
          `${totals.items} items in ${totals.objects} objects, sealed by s3://${started.bucket}/${started.manifest_key}`,
        );
      }
      if (!allCollected(manifest)) process.exitCode = NOT_ALL_COLLECTED;
    });

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number of minutes is expected.");
  return value;
}

/** Whether nothing was denied, failed or timed out. A region that is not enabled has nothing to collect. */
const allCollected = ({ complete, totals: { outcomes } }: Manifest): boolean =>
  complete && !outcomes.denied && !outcomes.failed && !outcomes["timed-out"];

/** Waits for the seal and shows how far the run is. @throws CliError when it does not come in time */
async function sealed(
  store: RunStore,
  { run, date }: RunName,
  timeout: number,
  say: (text: string) => void,
): Promise<Manifest> {
  const { progressOf } = await import("../runs.ts");
  const line = progressLine();
  const interrupted = () => {
    line.end();
    process.stderr.write(`\nnot waited for any longer; the run goes on in AWS. Follow it: itaudit status ${run}\n`);
    process.exit(INTERRUPTED);
  };
  process.once("SIGINT", interrupted);
  const until = Date.now() + timeout * 60_000;
  let seen = -1;
  try {
    for (;;) {
      const { committed, manifest, plan } = await progressOf(store, run, date);
      // A task that has handed over the rest commits again under a longer name.
      const done = plan.tasks.filter(({ id }) => committed.includes(id)).length;
      if (process.stderr.isTTY) line("tasks", done, plan.tasks.length);
      else if (done !== seen) say(`  ${done} of ${plan.tasks.length} tasks`);
      seen = done;
      if (manifest) return manifest;
      if (Date.now() > until)
        throw new CliError(`run ${run} was not sealed within ${timeout} minutes; it goes on: itaudit status ${run}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } finally {
    process.off("SIGINT", interrupted);
    line.end();
  }
}
