import { type Command, Option } from "commander";
import type { ResourceType } from "../../auditors/collector.ts";
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

interface PolicyOptions {
  auditors?: string[];
  format: (typeof FORMATS)[number];
  cloudControlTypes?: ResourceType[];
  cloudControlActions?: string[];
}

export const policyCommand = (program: Command): Command =>
  program
    .command("policy")
    .description("print the policy that the cross-account role of a member account needs")
    .option("--auditors <names>", `groups and services, comma-separated (default: ${DEFAULT_AUDITORS.join(",")})`, list)
    .option("--cloud-control-types <names>", "types that the Cloud Control API reads, as configured", list)
    .option("--cloud-control-actions <actions>", "what the handlers of those types ask for, as configured", list)
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
    .action(async ({ auditors: chosen, format, cloudControlTypes, cloudControlActions }: PolicyOptions) => {
      const [{ memberPolicyDocuments }, { policyFormats }] = await Promise.all([
        import("../../auditors/policy.ts"),
        import("../policyFormats.ts"),
      ]);
      if (cloudControlActions && !cloudControlTypes)
        throw new CliError("--cloud-control-actions: name the types that ask for them, --cloud-control-types");
      const undeclared = {
        ...(cloudControlTypes ? { cloudControlTypes } : {}),
        ...(cloudControlActions ? { cloudControlActions } : {}),
      };
      const auditors = await loadAuditors(chosen, undeclared).catch((error: Error) => {
        throw error instanceof UnknownAuditorError ? new CliError(`--auditors: ${error.message}`) : error;
      });
      print(policyFormats[format](memberPolicyDocuments(auditors)));
    });
