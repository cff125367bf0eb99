import type { Command } from "commander";
import {
  DEFAULT_AUDITORS,
  groupNames,
  loadAuditors,
  serviceNames,
  UnknownAuditorError,
} from "../../auditors/registry.ts";
import { CliError } from "../runs.ts";
import { list, print } from "../terminal.ts";

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
  itaudit policy --auditors rds,iam > policy.json`,
    )
    .action(async ({ auditors: chosen }: { auditors?: string[] }) => {
      const { memberPolicyDocuments } = await import("../../auditors/policy.ts");
      const auditors = await loadAuditors(chosen).catch((error: Error) => {
        throw error instanceof UnknownAuditorError ? new CliError(`--auditors: ${error.message}`) : error;
      });
      const documents = memberPolicyDocuments(auditors);
      print(
        JSON.stringify(
          documents.length === 1 ? documents[0]!.document : documents.map(({ document }) => document),
          null,
          2,
        ),
      );
    });
