import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { CliError } from "./cliError.ts";
import { noFunction } from "./deployment.ts";

/** What the boss answers. */
export const RunStarted = z.object({
  run_id: z.string(),
  tasks: z.number(),
  planned_items: z.number(),
  not_started: z.number(),
  bucket: z.string(),
  manifest_key: z.string(),
});
export type RunStarted = z.infer<typeof RunStarted>;

/** What narrows a run. */
export interface Narrowing {
  accounts?: string[];
  auditors?: string[];
  regions?: string[];
}

/**
 * Invokes the boss and answers once all tasks are queued.
 * @throws CliError with the boss's own words when it refuses
 */
export async function startRun(lambda: LambdaClient, boss: string, narrowing: Narrowing): Promise<RunStarted> {
  const invocation = new InvokeCommand({ FunctionName: boss, Payload: JSON.stringify(narrowing) });
  const { Payload, FunctionError } = await lambda.send(invocation).catch((error: unknown) => {
    throw noFunction(error, boss);
  });
  const answer: unknown = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError) throw new CliError((answer as { errorMessage?: string })?.errorMessage ?? FunctionError);
  return RunStarted.parse(answer);
}
