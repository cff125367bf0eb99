import pLimit from "p-limit";
import { latestKey, tableKey } from "../evidence/layout.ts";
import type { Engine } from "../query/engine.ts";
import { type Catalog, RUN_TABLES } from "../tables/catalog.ts";
import type { Objects } from "../tables/objects.ts";
import { ParquetFile, type Row } from "../tables/parquetFile.ts";
import type { SealedRun } from "../tables/sealedRun.ts";
import { type BuiltFile, metadataOf, readLatest } from "../tables/tabulate.ts";
import { typesOf } from "./control.ts";
import type { JudgingControl } from "./failures.ts";
import { listingsOf } from "./listings.ts";
import { runVerdicts } from "./runVerdicts.ts";
import type { Verdict } from "./verdict.ts";

/** Queries under way at the same time: an account shares Athena's slots with its people. */
const QUERIES_AT_ONCE = 4;

/** What of the verdicts of a run was written. */
export interface BuiltVerdicts extends BuiltFile {
  /** Ids of the controls that could not be evaluated, each with its error. */
  notEvaluated: ReadonlyMap<string, string>;
}

/**
 * Asks controls about a run whose tables are there, and writes their verdicts as its table `verdicts`; and as the
 * latest, where that run is. A control that cannot be evaluated keeps no other waiting.
 * @throws Error where none can be evaluated, or an answer breaks off: then nothing is written
 */
export async function buildVerdicts(
  engine: Engine,
  objects: Objects,
  sealed: SealedRun,
  { controls, auditors }: { controls: readonly JudgingControl[]; auditors: Catalog["auditors"] },
): Promise<BuiltVerdicts> {
  const table = RUN_TABLES.verdicts;
  const listings = await listingsOf(sealed, { auditors }, new Set(controls.flatMap(typesOf)));
  const key = tableKey(table.name, sealed.run, sealed.date);
  const parquet = new ParquetFile(objects.create(key), table.columns, metadataOf(table, sealed));
  const notEvaluated = new Map<string, string>();
  const write = pLimit(1);
  const one = async (control: JudgingControl): Promise<void> => {
    let begun = false;
    try {
      for await (const verdict of runVerdicts(engine, control, sealed, listings)) {
        begun = true;
        await write(() => parquet.write(verdictRow(sealed.run, control, verdict)));
      }
    } catch (error) {
      // Half of its verdicts would read as all of them.
      if (begun) throw error;
      const { message } = error as Error;
      notEvaluated.set(control.id, message);
      await write(() => parquet.write(notEvaluatedRow(sealed.run, control, message)));
    }
  };
  const ask = pLimit(QUERIES_AT_ONCE);
  try {
    await Promise.all(controls.map((control) => ask(() => one(control))));
    if (controls.length && notEvaluated.size === controls.length)
      throw new Error(`no control could be evaluated, one because: ${[...notEvaluated.values()][0]}`);
  } catch (error) {
    ask.clearQueue();
    await parquet.abandon();
    throw error;
  }
  const built = { table: table.name, key, ...(await parquet.finish()), notEvaluated };
  if ((await readLatest(objects))?.run_id === sealed.run) await objects.copy(key, latestKey(table.name));
  return built;
}

const verdictRow = (run: string, control: JudgingControl, verdict: Verdict): Row => {
  const { resource } = verdict;
  return [
    run,
    control.id,
    control.severity,
    verdict.status,
    verdict.account_id,
    verdict.region,
    control.resource,
    resource?.resource_id ?? null,
    resource?.arn ?? null,
    resource?.name ?? null,
    verdict.reason,
    verdict.evidence.map(({ object, line }) => `${object}:${line}`),
    control.sha256,
  ];
};

const notEvaluatedRow = (run: string, { id, severity, resource, sha256 }: JudgingControl, error: string): Row => [
  run,
  id,
  severity,
  "not-evaluated",
  null,
  null,
  resource,
  null,
  null,
  null,
  error,
  [],
  sha256,
];
