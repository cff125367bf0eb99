import type { Command } from "commander";
import { printable } from "../../src/query/printable.ts";
import type { Subject } from "../doctor.ts";
import { progressLine } from "../progress.ts";
import { list, print } from "../terminal.ts";

interface DoctorOptions {
  accounts?: string[];
  through?: string;
  prefix: string;
  json?: boolean;
}

/** The exit code where something is to be done. */
const PROBLEMS = 2;

export const doctorCommand = (program: Command): Command =>
  program
    .command("doctor")
    .description("check the audit account and each member account, and say how to fix problems")
    .option("--accounts <ids>", "comma-separated member accounts (default: all)", list)
    .option("--through <role>", "a role in the member accounts that you may assume; shows why auditors cannot enter")
    .option("--prefix <prefix>", "first part of the functions' names", "audit")
    .option("--json", "print one line of JSON for the audit account, and one for each member account")
    .addHelpText(
      "after",
      `
Exit codes: 0 nothing to do; 1 it could not check; 2 something to do.

Examples:
  itaudit doctor
  itaudit doctor --accounts 111111111111,222222222222 --through OrganizationAccountAccessRole
  itaudit doctor --json | jq 'select(any(.findings[]; .verdict == "problem"))'`,
    )
    .action(async ({ json, ...request }: DoctorOptions) => {
      const { examine } = await import("../doctor.ts");
      const line = progressLine();
      const subjects = await examine(request, line).finally(() => line.end());
      for (const subject of subjects) print(json ? JSON.stringify(subject) : textOf(subject));
      if (!json) print(sumOf(subjects));
      if (subjects.some(hasProblem)) process.exitCode = PROBLEMS;
    });

const hasProblem = ({ findings }: Subject): boolean => findings.some(({ verdict }) => verdict === "problem");

/** A subject with what is to be done; of a member account without problems one line. */
function textOf(subject: Subject): string {
  const { account_id, part, findings } = subject;
  const shown = part === "audit" ? findings : findings.filter(({ verdict }) => verdict !== "ok");
  const lines = [
    `${account_id}  ${part.padEnd(6)}  ${hasProblem(subject) ? "problem" : "ok"}`,
    ...shown.flatMap(({ check, verdict, message, remedy }) => [
      `  ${verdict.padEnd(7)}  ${check}: ${message}`,
      ...(remedy ? [`           → ${remedy}`] : []),
    ]),
  ];
  return lines.map(printable).join("\n");
}

function sumOf(subjects: readonly Subject[]): string {
  const members = subjects.filter(({ part }) => part === "member");
  const faulty = members.filter(hasProblem).length;
  const audit = subjects.some((each) => each.part === "audit" && hasProblem(each));
  return `${members.length} member accounts, ${faulty ? `${faulty} of them with problems` : "all ok"}; the audit account ${audit ? "has problems" : "is ok"}`;
}
