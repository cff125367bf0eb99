import { type Command, Option } from "commander";
import type { CollectOptions } from "../collect/options.ts";
import { list } from "../terminal.ts";

/** Where evidence goes unless it is told otherwise. */
const FOLDER = "audit-evidence";
const SEVERITIES = ["critical", "high", "medium", "low", "info"];

export const collectCommand = (program: Command): Command =>
  program
    .command("collect")
    .description(
      "read accounts with the credentials of this shell, judge what is there, and show it: nothing is deployed",
    )
    .option("--accounts <ids>", "comma-separated account ids; the caller's own account otherwise", list)
    .option("--organization", "every active account of the organization")
    .option("--role <name>", "role to assume in accounts that are not the caller's own")
    .option("--external-id <id>", "what that role's trust asks for")
    .option("--profiles <names>", "comma-separated profiles, each for the account it is of", list)
    .option("--regions <names>", "comma-separated regions; every open one otherwise", list)
    .option("--auditors <names>", "groups and services, comma-separated; everything otherwise", list)
    .option("--dir <folder>", "where evidence goes; other commands take it with --dir", FOLDER)
    .option("--dry-run", "say what would be read, and end there")
    .option("--continue", "go on with the run that was stopped")
    .option("--end", "seal the run that was stopped as incomplete, and judge what was read")
    .option("--kms-key <arn>", "sign with this key in KMS (ECC_NIST_P256); a key of this desk otherwise")
    .option("--out <file>", "where the page goes; audit-<run>.html otherwise")
    .option("--sarif <file>", "write the findings as SARIF too; - for standard output")
    .option("--ocsf <file>", "write the findings as OCSF too; - for standard output")
    .option("--json", "print the result as JSON")
    .addOption(
      new Option("--fail-on <severity>", "end with 1 where a control of this severity or a worse one failed").choices(
        SEVERITIES,
      ),
    )
    .addHelpText(
      "after",
      `
Exit codes: 0 sealed, and everything planned was collected; 1 it could not be done, or --fail-on met a failure;
2 sealed, and something was denied, failed, timed out or not read; 3 stopped, --continue goes on.

Examples:
  itaudit collect
  itaudit collect --dry-run
  itaudit collect --profiles dev,prod --regions eu-central-1,us-east-1
  itaudit collect --organization --role audit-read
  itaudit collect --auditors iam,s3 --fail-on critical --sarif findings.sarif`,
    )
    .action(async (options: CollectOptions) => {
      const { collectFromDesk } = await import("../collect/collectFromDesk.ts");
      process.exitCode = await collectFromDesk(options);
    });
