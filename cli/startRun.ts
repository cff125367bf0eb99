import type { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { noFunction } from "./deployment.ts";
import { invoke } from "./invoke.ts";

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
  const answer = await invoke(lambda, boss, narrowing).catch((error: unknown) => {
    throw noFunction(error, boss);
  });
  return RunStarted.parse(answer);
}
