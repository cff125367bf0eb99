import { createInterface } from "node:readline/promises";
import type { Engine } from "../src/query/engine.ts";
import { print } from "./terminal.ts";

const HELP = `A query ends with ; and may have several lines.
  .tables [part]     tables, or those with the part in their name
  .columns <table>   columns of a table
  .quit              or Ctrl-D`;

/** Answers queries as they are typed; a mistake is shown and the next one is awaited. */
export async function prompt(engine: Engine, ask: (sql: string) => Promise<void>): Promise<void> {
  // Queries that come through a pipe are answered without a prompt between the answers.
  const typed = process.stdin.isTTY ?? false;
  const lines = createInterface({
    input: process.stdin,
    ...(typed ? { output: process.stdout } : {}),
    terminal: typed,
    historySize: 500,
    prompt: "itaudit> ",
  });
  let sql = "";
  if (typed) print(HELP);
  lines.prompt();
  for await (const line of lines) {
    if (!sql && line.startsWith(".")) {
      if (line.trim() === ".quit") break;
      print(commandAnswer(engine, line.trim()));
    } else {
      sql += `${sql ? "\n" : ""}${line}`;
      if (/;\s*$/.test(sql)) {
        try {
          await ask(sql.replace(/;\s*$/, ""));
        } catch (error) {
          print((error as Error).message);
        }
        sql = "";
      }
    }
    lines.setPrompt(sql ? "     ... " : "itaudit> ");
    lines.prompt();
  }
  lines.close();
}

/** What a command of the prompt, one that starts with a dot, answers. */
export function commandAnswer(engine: Pick<Engine, "tables">, command: string): string {
  const [word, argument = ""] = command.split(/\s+/);
  if (word === ".tables")
    return engine
      .tables()
      .map(({ name }) => name)
      .filter((name) => name.includes(argument))
      .sort()
      .join("\n");
  if (word === ".columns") {
    const table = engine.tables().find(({ name }) => name === argument);
    return table
      ? table.columns.map(({ name, type }) => `${name}  ${type}`).join("\n")
      : `there is no table ${argument}; .tables lists them`;
  }
  return HELP;
}
