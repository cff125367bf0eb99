import { type Command, Option } from "commander";
import {
  DEFAULT_AUDITORS,
  groupNames,
  loadAuditors,
  serviceNames,
  UnknownAuditorError,
} from "../../auditors/registry.ts";
import { CliError } from "../runs.ts";
import { list, print } from "../terminal.ts";

const FORMATS = ["json", "pulumi", "cloudformation", "terraform"] as const;

export const policyCommand = (program: Command): Command =>
  program
    .command("policy")
    .description("print the policy that the cross-account role of a member account needs")
    .option("--auditors <names>", `groups and services, comma-separated (default: ${DEFAULT_AUDITORS.join(",")})`, list)
    .addHelpText(
      "after",
      `
Groups: ${groupNames.join(", ")}
Services: ${serviceNames.join(", ")}

Examples:
  itaudit policy
  itaudit policy --auditors rds,iam > policy.json
  itaudit policy --format terraform > member_policy.tf.json`,
    )
    .addOption(new Option("--format <tool>", "for which tool").choices(FORMATS).default("json"))
    .action(async ({ auditors: chosen, format }: { auditors?: string[]; format: (typeof FORMATS)[number] }) => {
      const [{ memberPolicyDocuments }, { policyFormats }] = await Promise.all([
        import("../../auditors/policy.ts"),
        import("../policyFormats.ts"),
      ]);
      const auditors = await loadAuditors(chosen).catch((error: Error) => {
        throw error instanceof UnknownAuditorError ? new CliError(`--auditors: ${error.message}`) : error;
      });
      print(policyFormats[format](memberPolicyDocuments(auditors)));
    });
