import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { CliError } from "./cliError.ts";
import { accessCommand } from "./commands/access.ts";
import { anomaliesCommand } from "./commands/anomalies.ts";
import { auditorCommand } from "./commands/auditor.ts";
import { collectCommand } from "./commands/collect.ts";
import { controlsCommand } from "./commands/controls.ts";
import { costCommand } from "./commands/cost.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { membersCommand } from "./commands/members.ts";
import { policyCommand } from "./commands/policy.ts";
import { proveCommand } from "./commands/prove.ts";
import { pullCommand } from "./commands/pull.ts";
import { queryCommand } from "./commands/query.ts";
import { reportCommand } from "./commands/report.ts";
import { resourcesCommand } from "./commands/resources.ts";
import { runCommand } from "./commands/run.ts";
import { sandboxCommand } from "./commands/sandbox.ts";
import { sealCommand } from "./commands/seal.ts";
import { statusCommand } from "./commands/status.ts";
import { tablesCommand } from "./commands/tables.ts";
import { verifyCommand } from "./commands/verify.ts";
import { say } from "./terminal.ts";

/**
 * Runs the command line over its arguments, without `node` and the script. What goes wrong is one line on standard
 * error and the process's exit code.
 */
export async function commandLine(args: readonly string[]): Promise<void> {
  const program = new Command("itaudit")
    .description("Provable evidence of what runs in every AWS account.")
    .version(packageJson.version)
    .addHelpText(
      "after",
      `
The usual variables select AWS or the sandbox: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL.

Examples:
  itaudit access simulate cases.yaml
  itaudit collect
  itaudit controls --dir copy --framework cis-v5
  itaudit cost --accounts 500
  itaudit doctor
  itaudit members up --all
  itaudit policy --auditors rds,iam
  itaudit query --dir copy "SELECT account_id, count(*) FROM latest_aws_rds_dbinstance GROUP BY 1"
  itaudit report latest --dir copy --public-key key.pem
  itaudit run --accounts 111111111111 --wait
  itaudit sandbox start
  itaudit status
  itaudit verify --all --dir copy --public-key key.pem`,
    );

  for (const add of [
    accessCommand,
    anomaliesCommand,
    auditorCommand,
    collectCommand,
    controlsCommand,
    costCommand,
    diffCommand,
    doctorCommand,
    membersCommand,
    policyCommand,
    pullCommand,
    queryCommand,
    reportCommand,
    resourcesCommand,
    runCommand,
    sandboxCommand,
    sealCommand,
    statusCommand,
    tablesCommand,
    verifyCommand,
    proveCommand,
  ])
    add(program);

  await program.parseAsync(args, { from: "user" }).catch(async (thrown: Error) => {
    const [{ awsProblem }, { fileProblem }] = await Promise.all([
      import("./awsProblem.ts"),
      import("./fileProblem.ts"),
    ]);
    const error = fileProblem(awsProblem(thrown));
    say(`itaudit: ${error instanceof CliError ? error.message : `${error.name}: ${error.message}`}`);
    process.exitCode ||= 1;
  });
}
