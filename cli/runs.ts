import { posix } from "node:path";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { decodeTime } from "ulid";
import * as z from "zod";
import { RUNS_PREFIX, runDate, runPrefix } from "../evidence/layout.ts";
import type { Manifest } from "../evidence/manifest.ts";
import type { Plan } from "../evidence/plan.ts";
import type { EvidenceSource } from "../evidence/source.ts";
import type { RunStore } from "../evidence/store.ts";
import { CliError } from "./cliError.ts";

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

/** @returns a CliError saying how to name the function, where the error is that there is none */
export const noFunction = (thrown: unknown, name: string): unknown =>
  (thrown as Error).name === "ResourceNotFoundException"
    ? new CliError(
        `there is no function ${name} in this account and region: deploy the audit stack, set AWS_REGION to its region, or name it with --boss`,
      )
    : thrown;

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

/** How far a run is. */
export interface Progress {
  plan: Plan;
  committed: string[];
  manifest: Manifest | undefined;
}

export async function progressOf(store: RunStore, run: string, date: string): Promise<Progress> {
  const [{ plan }, committed, sealed] = await Promise.all([
    store.readPlan(run, date),
    store.committedTasks(run, date),
    store.readManifest(run, date),
  ]);
  return { plan, committed, manifest: sealed?.manifest };
}

/** A run: its id, and the day it began, which its id tells. */
export interface RunName {
  run: string;
  date: string;
}

/** Reads the name of a run: its id, or a key in its folder. @throws CliError when it is neither */
export function runOf(text: string): RunName {
  const run = /(?:^|run_id=)([0-7][0-9A-HJKMNP-TV-Z]{25})(?:\/|$)/.exec(text)?.[1];
  if (!run)
    throw new CliError(
      `"${text}" is not the id of a run, which has 26 letters and digits: \`itaudit run\` prints it, and \`itaudit status\` that of the latest`,
    );
  return { run, date: runDate(new Date(decodeTime(run)).toISOString()) };
}

/** A run as a command line names it: `latest`, its id, or a key in its folder. @throws CliError when it is neither */
export const askedRun = (text: string): RunName | "latest" => (text === "latest" ? "latest" : runOf(text));

/** The run that began last. @throws CliError when there is none */
export async function latestRun(source: EvidenceSource): Promise<RunName> {
  const folders = await source.folders(`${posix.dirname(RUNS_PREFIX)}/`);
  const day = folders.findLast((folder) => folder.startsWith(RUNS_PREFIX));
  const run = day && (await source.folders(day)).at(-1);
  if (!run) throw new CliError(`there is no run in ${source.name} yet: itaudit run --wait`);
  return runOf(run);
}

/** @throws CliError when there is no such run */
export async function existingRun(source: EvidenceSource, asked: RunName | "latest"): Promise<RunName> {
  if (asked === "latest") return latestRun(source);
  for await (const _ of source.list(runPrefix(asked.run, asked.date), 1)) return asked;
  throw new CliError(`there is no run ${asked.run} in ${source.name}`);
}
