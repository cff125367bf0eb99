import type { Command } from "commander";
import { printable } from "../../src/query/printable.ts";
import type { CaseAnswer } from "../accessCases.ts";
import { optionFile } from "../optionFile.ts";
import { print } from "../terminal.ts";

interface SimulateOptions {
  json?: boolean;
}

/** Exit code where a file cannot be read: another than that of an answer that differs. */
const UNREADABLE = 2;

export function accessCommand(program: Command): Command {
  const access = program.command("access").description("find out who can do what: what AWS would answer to a request");
  access
    .command("simulate")
    .description("test policies: compare what AWS would answer to each case with the expected answer")
    .argument("<files...>", "YAML or JSON, each a list of cases; see docs/access.md")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Needs neither a run nor AWS. Exit codes: 0 every answer is the expected one; 1 an answer differs;
2 a file cannot be read.

Examples:
  itaudit access simulate policies/cases.yaml
  itaudit access simulate policies/*.yaml --json`,
    )
    .action(async (files: string[], { json }: SimulateOptions) => {
      const now = new Date();
      const answers = await answersOf(files, now).catch((error: unknown) => {
        process.exitCode = UNREADABLE;
        throw error;
      });
      if (json) print(JSON.stringify(answers, null, 2));
      else print(textOf(answers));
      if (answers.some(({ agrees }) => !agrees)) process.exitCode = 1;
    });
  return access;
}

async function answersOf(files: readonly string[], now: Date): Promise<CaseAnswer[]> {
  const [{ accessCases, caseAnswer }, { yamlIn }] = await Promise.all([
    import("../accessCases.ts"),
    import("../yamlFile.ts"),
  ]);
  const answers: CaseAnswer[] = [];
  for (const file of files) {
    const text = await optionFile("access simulate", file);
    for (const [at, each] of accessCases(yamlIn(text, file), file).entries())
      answers.push(caseAnswer(each, at, file, now));
  }
  return answers;
}

function textOf(answers: readonly CaseAnswer[]): string {
  const differing = answers.filter(({ agrees }) => !agrees).length;
  const lines = answers.flatMap((each) => [
    `${each.agrees ? "ok     " : "DIFFERS"} ${each.answer}${each.agrees ? "" : `, expected ${each.expect}`}: ${printable(each.name)}`,
    ...(each.agrees ? [] : reasonsOf(each)),
  ]);
  return [...lines, `${answers.length} cases, ${differing} differ`].join("\n");
}

/** Why the answer is what it is, a line for each kind of reason. */
function reasonsOf({ statements, blockedBy, keys, notKnown }: CaseAnswer): string[] {
  const named = statements.map(
    ({ kind, level, policy, index, sid, effect }) =>
      `${effect} ${kind}${level === undefined ? "" : `[${level}]`}[${policy}] statement ${index}${sid === undefined ? "" : ` (${printable(sid)})`}`,
  );
  return [
    ["by", named],
    ["blocked by", blockedBy],
    ["depends on", keys.map(printable)],
    ["not known", notKnown.map(printable)],
  ].flatMap(([what, all]) => (all?.length ? [`          ${String(what)}: ${[...all].join(", ")}`] : []));
}
