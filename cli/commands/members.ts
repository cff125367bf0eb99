import { dirname } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { makeFolder } from "../../src/evidence/folders.ts";
import { printable } from "../../src/query/printable.ts";
import { CliError } from "../cliError.ts";
import { configOption } from "../configOption.ts";
import type { StackUpdate } from "../members/bringAllUp.ts";
import { progressLine } from "../progress.ts";
import { list, print } from "../terminal.ts";

interface UpOptions {
  all?: boolean;
  accounts?: string[];
  through: string;
  config: Record<string, string>;
  concurrency: number;
  record: string;
  again?: boolean;
  prefix: string;
  json?: boolean;
}

/** The exit code where some account's stack is not up. */
const NOT_ALL_UP = 2;
/** Of a shell, where a process was interrupted. */
const INTERRUPTED = 130;

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number is expected.");
  return value;
}

/** `itaudit members up`: one Pulumi stack for each member account. */
export function membersCommand(program: Command): Command {
  const members = program.command("members").description("deploy the stacks of all or some member accounts");
  members
    .command("up")
    .description("deploy a Pulumi stack to each member account, configured to match the audit stack")
    .option("--all", "every account in the audit stack's list")
    .option("--accounts <ids>", "comma-separated account ids", list)
    .option("--through <role>", "the role to assume in each account to deploy there", "OrganizationAccountAccessRole")
    .addOption(
      new Option("-c, --config <key=value>", "another configuration key of the stacks: memberPolicy, organizationId")
        .argParser(configOption)
        .default({}, "none"),
    )
    .option("--concurrency <number>", "stacks under way at the same time", count, 4)
    .option(
      "--record <file>",
      "records what was deployed, so that the command continues where it stopped",
      ".itaudit/members-up.json",
    )
    .option("--again", "deploy stacks that are up to date as well")
    .option("--prefix <prefix>", "first part of the audit stack's functions' names", "audit")
    .option("--json", "print one line of JSON for each account, and one for the totals")
    .addHelpText(
      "after",
      `
Run it in the checkout, whose program it deploys. It needs the Pulumi CLI, and credentials of the audit account that may assume the role in each account.

Exit codes: 0 every stack is up; 1 nothing could be started; 2 some stacks failed or were not started: run it again.

Examples:
  itaudit members up --all
  itaudit members up --accounts 111111111111 --through AWSControlTowerExecution
  itaudit members up --all --config organizationId=o-abcdefghij --json | jq 'select(.result == "failed")'`,
    )
    .action(up);
  return members;
}

async function up({ all, accounts: chosen, through, config, concurrency, record, again, prefix, json }: UpOptions) {
  if (Boolean(all) === Boolean(chosen)) throw new CliError("say --all, or name --accounts");
  const [{ projectFolder }, { pulumiUp }, { bringAllUp }, { upRecord }, { stacksOf }] = await Promise.all([
    import("../members/projectFolder.ts"),
    import("../members/pulumiUp.ts"),
    import("../members/bringAllUp.ts"),
    import("../members/upRecord.ts"),
    import("../members/stacksOf.ts"),
  ]);
  await makeFolder(dirname(record));
  const bringUp = await pulumiUp(await projectFolder(process.cwd()));
  const stacks = await stacksOf({ prefix, accounts: chosen, through, config });
  const stop = new AbortController();
  // It stays while the command runs: where no listener is left, a child's own ends this process without a word.
  const interrupted = () => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write(
      "no more stacks are begun. Pulumi, which a Ctrl+C in the terminal reaches too, stops those under way after the resources at hand. Ctrl+C again to leave them as they are\n",
    );
    stop.abort();
  };
  process.on("SIGINT", interrupted);
  const line = progressLine();
  let done = 0;
  const updates = await bringAllUp({
    stacks,
    bringUp,
    record: upRecord(record),
    atOnce: concurrency,
    again,
    stop: stop.signal,
    now: Date.now,
    tell: (update) => {
      done += 1;
      line.end();
      if (json) print(JSON.stringify(update));
      else if (update.result !== "standing") print(lineOf(update, done, stacks.length));
      line("updating member stacks", done, stacks.length);
    },
  });
  line.end();
  process.off("SIGINT", interrupted);
  const sums = { up: 0, standing: 0, failed: 0, left: 0 };
  for (const { result } of updates) sums[result] += 1;
  print(json ? JSON.stringify(sums) : sumOf(sums, stacks.length));
  if (sums.failed || sums.left) process.exitCode = NOT_ALL_UP;
}

function lineOf({ stack, result, changes = {}, problem, ms = 0 }: StackUpdate, done: number, of: number): string {
  const what = Object.entries(changes).map(([kind, number]) => `${number} ${kind}`);
  const detail = { up: what.join(", "), failed: printable(problem ?? ""), standing: "", left: "stopped before" }[
    result
  ];
  return `${String(done).padStart(String(of).length)} of ${of}  ${stack}  ${result.padEnd(6)}  ${detail}${ms ? ` (${(ms / 1000).toFixed(1)} s)` : ""}`;
}

const sumOf = ({ up: brought, standing, failed, left }: Record<StackUpdate["result"], number>, of: number): string =>
  `${of} member stacks: ${brought} brought up, ${standing} stood already, ${failed} failed${left ? `, ${left} left` : ""}${failed || left ? "; the same command goes on with those" : ""}`;
