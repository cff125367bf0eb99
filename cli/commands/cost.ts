import { type Command, InvalidArgumentError } from "commander";
import { AUDITOR_MEMORY } from "../../components/memorySizes.ts";
import { CliError } from "../cliError.ts";
import { list, print } from "../terminal.ts";

interface CostOptions {
  accounts?: number;
  prefix: string;
  regions: number;
  auditors?: string[];
  runsPerDay: number;
  msPerItem: number;
  memory: number;
  objectsPerTask: number;
  kilobytesPerAccount: number;
  queriesPerDay: number;
  json?: boolean;
}

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("a number that is not negative is expected.");
  return value;
};

const count = (text: string): number => {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number above 0 is expected.");
  return value;
};

export const costCommand = (program: Command): Command =>
  program
    .command("cost")
    .description("estimate what runs will cost in the audit account, with list prices of one day")
    .option("--accounts <number>", "member accounts; those of the deployed audit stack otherwise", count)
    .option("--prefix <name>", "first part of the deployed functions' names", "audit")
    .option("--regions <number>", "regions of each account", count, 17)
    .option("--auditors <names>", "auditors, comma-separated (those of the default configuration)", list)
    .option("--runs-per-day <number>", "how often a run starts", number, 1)
    .option("--ms-per-item <number>", "milliseconds of an auditor in one region of one account", number, 300)
    .option("--memory <megabytes>", "memory of an auditor's function", count, AUDITOR_MEMORY)
    .option("--objects-per-task <number>", "resource types in which an auditor finds something", number, 14)
    .option("--kilobytes-per-account <number>", "evidence of one auditor in one account, compressed", number, 20)
    .option("--queries-per-day <number>", "queries with Athena", number, 10)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
To replace the assumptions with what a run measured: itaudit status --json | jq .summary.cost

Examples:
  itaudit cost
  itaudit cost --accounts 500
  itaudit cost --accounts 5000 --regions 4 --auditors rds,iam,s3 --runs-per-day 4
  itaudit cost --accounts 500 --json | jq .a_month.all`,
    )
    .action(async ({ kilobytesPerAccount, auditors: chosen, json, prefix, ...given }: CostOptions) => {
      const options = { ...given, accounts: given.accounts ?? (await deployedAccounts(prefix)) };
      if (!chosen && given.accounts === undefined)
        process.stderr.write("auditors of the default configuration; name those you deploy with --auditors\n");
      const [{ UnknownAuditorError }, { declaredCatalog }, { estimate }, { PRICES }] = await Promise.all([
        import("../../src/auditors/registry.ts"),
        import("../../src/tables/declaredCatalog.ts"),
        import("../costEstimate.ts"),
        import("../../src/query/prices.ts"),
      ]);
      const declared = await declaredCatalog(chosen).catch((error: Error) => {
        throw error instanceof UnknownAuditorError ? new CliError(`--auditors: ${error.message}`) : error;
      });
      const auditors = Object.entries(declared.auditors).map(([name, covered]) => {
        const types = (once: boolean) => covered.filter(({ global }) => global === once).map(({ type }) => type);
        return { name, global: types(true), regional: types(false) };
      });
      const supposed = { ...options, bytesPerAccount: kilobytesPerAccount * 1000 };
      const cost = estimate({ ...supposed, auditors });
      if (json) {
        print(JSON.stringify({ ...cost, supposed: { ...supposed, auditors: auditors.map(({ name }) => name) } }));
        return;
      }
      const dollars = (value: number) => `$${value.toFixed(value < 1 ? 4 : 2)}`;
      const whole = (value: number) => Math.round(value).toLocaleString("en-US");
      const { a_run: run, a_month: month, standing, members } = cost;
      print(
        [
          `a run    ${whole(cost.tasks)} tasks for ${whole(cost.planned_items)} planned items: ${dollars(run.dollars)}`,
          `         Lambda ${dollars(run.lambda.dollars)} (${whole(run.lambda.gigabyte_seconds)} GB-seconds, ${whole(run.lambda.requests)} requests), S3 ${dollars(run.s3.dollars)} (${whole(run.s3.writes)} writes and listings, ${whole(run.s3.reads)} reads), KMS ${dollars(run.kms.dollars)}`,
          `a month  ${dollars(month.all)}: Lambda ${dollars(month.lambda)}, S3 ${dollars(month.s3)}, KMS ${dollars(month.kms)}, Athena ${dollars(month.athena)}, metrics ${dollars(month.metrics)}; what stands when nothing runs ${dollars(month.standing)} (key ${dollars(standing.key)}, alarms ${dollars(standing.alarms)}, listings ${dollars(standing.listings)}); to keep a month's evidence ${dollars(month.kept)}`,
          `members  ${whole(members.calls_a_run)} calls a run or so, each an event of CloudTrail: ${whole(members.calls_a_month)} a month, which cost them ${dollars(members.second_trail)} where a second trail records them, and ${dollars(members.guard_duty)} where GuardDuty reads them (docs/costs.md)`,
          `         an estimate by list prices of ${PRICES.region} as of ${PRICES.asOf}, supposing ${options.msPerItem} ms a planned item, ${options.objectsPerTask} objects a task and ${kilobytesPerAccount} KB an account and auditor;`,
          "         without the boss's, the sealer's and the tabulator's time, logs and the bucket's versions",
        ].join("\n"),
      );
    });

/** How many accounts the deployed audit stack has. @throws CliError when it cannot be asked */
async function deployedAccounts(prefix: string): Promise<number> {
  const [{ LambdaClient }, { accountsOf, deployedSystem }, { awsProblem }] = await Promise.all([
    import("@aws-sdk/client-lambda"),
    import("../deployedSystem.ts"),
    import("../awsProblem.ts"),
  ]);
  try {
    const { accounts } = await accountsOf(await deployedSystem(new LambdaClient({}), prefix));
    process.stderr.write(`${accounts.length} accounts, as they are deployed\n`);
    return accounts.length;
  } catch (thrown) {
    throw new CliError(
      `--accounts is not given, and the deployed list could not be read: ${awsProblem(thrown as Error).message}. Without a deployment: itaudit cost --accounts 500`,
    );
  }
}
