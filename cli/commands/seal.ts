import { userInfo } from "node:os";
import type { Command } from "commander";
import * as z from "zod";
import { CliError } from "../runs.ts";
import { print } from "../terminal.ts";

interface SealOptions {
  sealer: string;
  incomplete?: boolean;
  by?: string;
  json?: boolean;
}

/** What the sealer answers. */
const Answer = z.object({
  run_id: z.string(),
  sealed: z.boolean(),
  complete: z.boolean().optional(),
  missing: z.array(z.string()),
  held_until: z.string().optional(),
});

export const sealCommand = (program: Command): Command =>
  program
    .command("seal")
    .description("have the sealer seal a run again: it signs what is unsigned, and seals what is complete")
    .argument("<run>", "id of the run")
    .option(
      "--incomplete",
      "seal the run although tasks are out, once it is past its deadline; the manifest names them",
    )
    .option("--by <name>", "who asks for an incomplete seal; stands in the manifest. Default: the user of this machine")
    .option("--sealer <function>", "name of the sealer function", "audit-sealer")
    .option("--json", "print JSON")
    .action(async (named: string, { sealer, incomplete, by, json }: SealOptions) => {
      const { runOf } = await import("../runs.ts");
      const { run, date } = runOf(named);
      const { InvokeCommand, LambdaClient } = await import("@aws-sdk/client-lambda");
      const request = {
        run_id: run,
        run_date: date,
        ...(incomplete ? { incomplete: { requested_by: by ?? userInfo().username } } : {}),
      };
      const { Payload, FunctionError } = await new LambdaClient({}).send(
        new InvokeCommand({ FunctionName: sealer, Payload: JSON.stringify(request) }),
      );
      const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
      if (FunctionError) throw new CliError((answer as { errorMessage?: string })?.errorMessage ?? FunctionError);
      const { sealed, complete, missing, held_until } = Answer.parse(answer);
      if (json) print(JSON.stringify(answer));
      else if (held_until)
        print(`run ${run} is not sealed: another sealer is at it, until ${held_until} at the latest`);
      else if (!sealed)
        print(
          `run ${run} is not sealed: ${missing.length} tasks are out: ${missing.join(", ")}\nPast the deadline: itaudit seal ${run} --incomplete`,
        );
      else print(`run ${run} is sealed${complete ? "" : ` without ${missing.length} tasks: ${missing.join(", ")}`}`);
      if (!sealed) process.exitCode = 1;
    });
