import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Control } from "../controls/control.ts";
import { evaluation } from "../controls/evaluate.ts";
import { restsOn } from "../controls/restsOn.ts";
import type { Verdict } from "../controls/verdict.ts";
import { WORK_FOLDER } from "../evidence/folderStore.ts";
import { manifestKey, planKey, runDate, tableKey } from "../evidence/layout.ts";
import { MANIFEST_FORMAT } from "../evidence/manifest.ts";
import type { EvidenceObject, Outcome } from "../evidence/outcome.ts";
import { type Plan, sha256 } from "../evidence/plan.ts";
import type { TaskOutcome } from "../evidence/taskOutcome.ts";
import { duckDBEngine } from "../query/duckdb.ts";
import type { Catalog } from "../tables/catalog.ts";
import { folderObjects } from "../tables/folderObjects.ts";
import { NETWORK_TYPES } from "../tables/networkOpenings.ts";
import type { SealedRun } from "../tables/sealedRun.ts";
import { buildFile, tableFilesOf } from "../tables/tabulate.ts";
import { EARLY } from "./deskFolder.ts";
import { readTypes } from "./readTypes.ts";

/** What DuckDB has beside threads that read. */
const MEGABYTES = 128;

/** A control of which everything is read, and what failed of it. */
export interface EarlyFindings {
  control: Control;
  failed: readonly Verdict[];
}

/** Evaluates controls while a run is being collected. */
export interface EarlyEvaluation {
  add: (commit: Pick<TaskOutcome, "outcomes" | "objects">) => void;
  /**
   * Evaluates the controls of whose types all planned items are committed and that were not evaluated before: what they
   * come to is what they come to when the run is sealed.
   */
  evaluate: () => Promise<EarlyFindings[]>;
  /** Takes away the tables that it made: no others rest on evidence that is not sealed. */
  end: () => Promise<void>;
}

/** @param folder where the evidence of the run is */
export function earlyEvaluation(
  folder: string,
  plan: Plan,
  catalog: Catalog,
  controls: readonly Control[],
): EarlyEvaluation {
  const read = readTypes(plan);
  const outcomes: Outcome[] = [];
  const objects: EvidenceObject[] = [];
  let waiting = controls.flatMap((control) => {
    const types = restsOn(control, catalog);
    return types ? [{ control, types }] : [];
  });
  const directory = join(folder, WORK_FOLDER, EARLY);
  let rounds = 0;
  return {
    add: (commit) => {
      read.add(commit.outcomes);
      outcomes.push(...commit.outcomes);
      objects.push(...commit.objects);
    },
    evaluate: async () => {
      const ready = waiting.filter(({ types }) => [...types].every(read.isRead));
      if (!ready.length) return [];
      waiting = waiting.filter((each) => !ready.includes(each));
      const types = new Set(ready.flatMap((each) => [...each.types]));
      const needed = objects.filter(({ resource_type }) => types.has(resource_type));
      rounds += 1;
      const tables = join(directory, String(rounds));
      const run = unsealedRun(plan, [...outcomes], needed);
      const withOpenings = [...NETWORK_TYPES].every((type) => types.has(type));
      await writeTables(folder, tables, run, catalog, withOpenings);
      return failedIn(
        tables,
        run.run,
        catalog,
        ready.map(({ control }) => control),
      );
    },
    end: async () => {
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What tables are made of, of a run that is not sealed. */
function unsealedRun(plan: Plan, outcomes: readonly Outcome[], objects: readonly EvidenceObject[]): SealedRun {
  const { run_id: run, started_at } = plan;
  const date = runDate(started_at);
  return {
    run,
    date,
    plan,
    // Only the table of runs shows something of it, which no control that is evaluated early asks for.
    manifest: {
      format: MANIFEST_FORMAT,
      run_id: run,
      run_date: date,
      sealed_at: started_at,
      sequence: 1,
      previous: null,
      complete: false,
      missing: [],
      plan: { key: planKey(run, date), bytes: 0, sha256: sha256("") },
      tool: { version: plan.tool_version, bundles: {} },
      signing_key: null,
      totals: { planned: 0, outcomes: {}, items: 0, objects: 0, bytes: 0, calls: 0, retries: 0 },
      resource_types: {},
      tasks: [],
    },
    objects,
    outcomes: async function* () {
      yield* outcomes;
    },
    manifestKey: manifestKey(run, date),
    manifestSha256: sha256(run),
  };
}

/** Makes the tables that controls ask, in a folder of their own, where the run counts as one that is sealed. */
async function writeTables(
  folder: string,
  into: string,
  run: SealedRun,
  catalog: Catalog,
  withOpenings: boolean,
): Promise<void> {
  const evidence = folderObjects(folder);
  const tables = folderObjects(into);
  const marked = tables.create(run.manifestKey);
  await marked.write(Buffer.from(run.run));
  await marked.finish();
  for (const file of tableFilesOf(run, catalog)) {
    const { name } = file.table;
    if (name === "anomalies" || (name === "network_openings" && !withOpenings)) continue;
    await buildFile(evidence, run, file, catalog, tables.create(tableKey(name, run.run, run.date, file.part)));
  }
}

async function failedIn(
  folder: string,
  run: string,
  catalog: Catalog,
  controls: readonly Control[],
): Promise<EarlyFindings[]> {
  // That the run is one of some regions or auditors is said when it is reported.
  const engine = await duckDBEngine({ folder, catalog, run, memoryMegabytes: MEGABYTES, warn: () => undefined });
  try {
    const { verdicts } = await evaluation(engine, controls);
    const found: EarlyFindings[] = [];
    for (const control of controls) {
      const failed: Verdict[] = [];
      for await (const portion of verdicts(control, { statuses: ["fail"] })) failed.push(...portion);
      if (failed.length) found.push({ control, failed });
    }
    return found;
  } finally {
    await engine.close();
  }
}
