import { userInfo } from "node:os";
import type { Command } from "commander";
import { printable } from "../../src/query/printable.ts";
import { print, printLine } from "../terminal.ts";

interface SealOptions {
  sealer: string;
  incomplete?: boolean;
  by?: string;
  json?: boolean;
}

export const sealCommand = (program: Command): Command =>
  program
    .command("seal")
    .description("have the sealer try a run again: it signs an unsigned run, and seals a complete one")
    .argument("<run>", "id of the run")
    .option(
      "--incomplete",
      "seal the run although tasks are pending, once it is past its deadline; the manifest names them",
    )
    .option("--by <name>", "who requests an incomplete seal, for the manifest (default: the user of this machine)")
    .option("--sealer <function>", "name of the sealer function", "audit-sealer")
    .option("--json", "print JSON")
    .action(async (named: string, { sealer, incomplete, by, json }: SealOptions) => {
      const [{ runOf }, { sealAgain }] = await Promise.all([import("../runs.ts"), import("../sealAgain.ts")]);
      const { run, date } = runOf(named);
      const answer = await sealAgain(sealer, {
        run_id: run,
        run_date: date,
        ...(incomplete ? { incomplete: { requested_by: by ?? userInfo().username } } : {}),
      });
      const { sealed, complete, missing, held_until } = answer;
      if (json) print(JSON.stringify(answer));
      else if (held_until)
        printLine(`run ${run} is not sealed: another sealer is at it, until ${held_until} at the latest`);
      else if (!sealed)
        print(
          `${printable(`run ${run} is not sealed: ${missing.length} tasks are out: ${missing.join(", ")}`)}\nPast the deadline: itaudit seal ${run} --incomplete`,
        );
      else
        printLine(`run ${run} is sealed${complete ? "" : ` without ${missing.length} tasks: ${missing.join(", ")}`}`);
      if (!sealed) process.exitCode = 1;
    });
