import type { Command } from "commander";
import { memberPolicyDocuments } from "../../auditors/policy.ts";
import { auditorNames } from "../../auditors/registry.ts";
import { CliError } from "../runs.ts";
import { list, print } from "../terminal.ts";

export const policyCommand = (program: Command): Command =>
  program
    .command("policy")
    .description("print the policy that the cross-account role of a member account needs")
    .option("--auditors <names>", `comma-separated; there are ${auditorNames.join(", ")}`, list, [...auditorNames])
    .action(({ auditors }: { auditors: string[] }) => {
      let documents: ReturnType<typeof memberPolicyDocuments>;
      try {
        documents = memberPolicyDocuments(auditors);
      } catch (error) {
        throw new CliError(`--auditors: ${(error as Error).message}`);
      }
      print(
        JSON.stringify(
          documents.length === 1 ? documents[0]!.document : documents.map(({ document }) => document),
          null,
          2,
        ),
      );
    });
