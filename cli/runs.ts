import { posix } from "node:path";
import { decodeTime } from "ulid";
import type { Head } from "../src/evidence/head.ts";
import { RUNS_PREFIX, runDate, runPrefix } from "../src/evidence/layout.ts";
import type { Manifest } from "../src/evidence/manifest.ts";
import { type Plan, sha256 } from "../src/evidence/plan.ts";
import type { EvidenceSource } from "../src/evidence/source.ts";
import type { RunStore } from "../src/evidence/store.ts";
import { CliError } from "./cliError.ts";

/** A run's progress. */
export interface Progress {
  plan: Plan;
  committed: string[];
  manifest: Manifest | undefined;
  /** The sealed run as the head of a chain: whoever keeps it can ask later whether the chain still contains it. */
  head: Required<Head> | undefined;
}

export async function progressOf(store: RunStore, run: string, date: string): Promise<Progress> {
  const [{ plan }, committed, sealed] = await Promise.all([
    store.readPlan(run, date),
    store.committedTasks(run, date),
    store.readManifest(run, date),
  ]);
  const head = sealed && {
    sequence: sealed.manifest.sequence,
    run_id: run,
    manifest_sha256: sha256(sealed.bytes),
  };
  return { plan, committed, manifest: sealed?.manifest, head };
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
export const requestedRun = (text: string): RunName | "latest" => (text === "latest" ? "latest" : runOf(text));

/** The run that began last. @throws CliError when there is none */
export async function latestRun(source: EvidenceSource): Promise<RunName> {
  const folders = await source.folders(`${posix.dirname(RUNS_PREFIX)}/`);
  const day = folders.findLast((folder) => folder.startsWith(RUNS_PREFIX));
  const run = day && (await source.folders(day)).at(-1);
  if (!run) throw new CliError(`there is no run in ${source.name} yet: itaudit run --wait`);
  return runOf(run);
}

/** @throws CliError when there is no such run */
export async function existingRun(source: EvidenceSource, requested: RunName | "latest"): Promise<RunName> {
  if (requested === "latest") return latestRun(source);
  for await (const _ of source.list(runPrefix(requested.run, requested.date), 1)) return requested;
  throw new CliError(`there is no run ${requested.run} in ${source.name}`);
}
