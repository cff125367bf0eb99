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
      "read accounts with the credentials of this shell, evaluate the controls and show the report; deploys nothing",
    )
    .option("--accounts <ids>", "comma-separated account ids (default: the caller's account)", list)
    .option("--organization", "every active account of the organization")
    .option("--role <name>", "role to assume in accounts other than the caller's")
    .option("--external-id <id>", "external id that the role's trust policy requires")
    .option("--profiles <names>", "comma-separated profiles, one for each account", list)
    .option("--regions <names>", "comma-separated regions (default: every enabled one)", list)
    .option("--auditors <names>", "groups and services, comma-separated (default: all)", list)
    .option("--dir <folder>", "where evidence goes; other commands take it with --dir", FOLDER)
    .option("--dry-run", "show what would be read, and stop")
    .option("--continue", "continue a stopped run")
    .option("--end", "seal a stopped run as incomplete, and evaluate what was read")
    .option("--kms-key <arn>", "sign with this KMS key (ECC_NIST_P256) instead of this desk's key")
    .option("--out <file>", "where the page goes (default: audit-<run>.html)")
    .option("--sarif <file>", "write the findings as SARIF too; - for standard output")
    .option("--ocsf <file>", "write the findings as OCSF too; - for standard output")
    .option("--json", "print the result as JSON")
    .addOption(
      new Option("--fail-on <severity>", "exit with 1 if a control of this severity or a worse one failed").choices(
        SEVERITIES,
      ),
    )
    .addHelpText(
      "after",
      `
Exit codes: 0 sealed, and everything planned was collected; 1 it could not be done, or --fail-on met a failure;
2 sealed, and something was denied, failed, timed out or not read; 3 stopped, continue with --continue;
130 (143) ended by Ctrl-C (SIGTERM) before it read anything, or the second time.

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
