import type { Command } from "commander";
import type { Subject } from "../doctor.ts";
import { progressLine } from "../progress.ts";
import { list, print, printable } from "../terminal.ts";

interface DoctorOptions {
  accounts?: string[];
  through?: string;
  prefix: string;
  json?: boolean;
}

/** The exit code where something is to be done. */
const TROUBLE = 2;

export const doctorCommand = (program: Command): Command =>
  program
    .command("doctor")
    .description("look at the audit account and at each member account, and say what is to be done")
    .option("--accounts <ids>", "comma-separated member accounts; every one when left out", list)
    .option("--through <role>", "a role of the member accounts that you may assume: tells why auditors cannot enter")
    .option("--prefix <prefix>", "first part of the functions' names", "audit")
    .option("--json", "print a line of JSON for the audit account, and one for each member account")
    .addHelpText(
      "after",
      `
Exit codes: 0 nothing is to be done; 1 it could not look; 2 something is to be done.

Examples:
  itaudit doctor
  itaudit doctor --accounts 111111111111,222222222222 --through OrganizationAccountAccessRole
  itaudit doctor --json | jq 'select(any(.findings[]; .verdict == "trouble"))'`,
    )
    .action(async ({ json, ...asked }: DoctorOptions) => {
      const { examine } = await import("../doctor.ts");
      const line = progressLine();
      const subjects = await examine(asked, line).finally(() => line.end());
      for (const subject of subjects) print(json ? JSON.stringify(subject) : textOf(subject));
      if (!json) print(sumOf(subjects));
      if (subjects.some(hasTrouble)) process.exitCode = TROUBLE;
    });

const hasTrouble = ({ findings }: Subject): boolean => findings.some(({ verdict }) => verdict === "trouble");

/** A subject with what is to be done; of a member account that is well a line. */
function textOf(subject: Subject): string {
  const { account_id, part, findings } = subject;
  const told = part === "audit" ? findings : findings.filter(({ verdict }) => verdict !== "well");
  return [
    `${account_id}  ${part.padEnd(6)}  ${hasTrouble(subject) ? "trouble" : "well"}`,
    ...told.flatMap(({ check, verdict, says, remedy }) => [
      `  ${verdict.padEnd(7)}  ${check}: ${printable(says)}`,
      ...(remedy ? [`           → ${printable(remedy)}`] : []),
    ]),
  ].join("\n");
}

function sumOf(subjects: readonly Subject[]): string {
  const members = subjects.filter(({ part }) => part === "member");
  const troubled = members.filter(hasTrouble).length;
  const audit = subjects.some((each) => each.part === "audit" && hasTrouble(each));
  return `${members.length} member accounts, ${troubled ? `${troubled} of them with something to be done` : "all well"}; the audit account ${audit ? "has something to be done" : "is well"}`;
}
