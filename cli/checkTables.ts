import { derivedCatalog } from "../src/tables/declaredCatalog.ts";
import { catalogOfRuns } from "../src/tables/runCatalog.ts";
import { listSealedRuns, readSealedRun } from "../src/tables/sealedRun.ts";
import { type TableProblem, verifyTables } from "../src/tables/verifyTables.ts";
import { type EvidenceOptions, openEvidence } from "./openEvidence.ts";
import type { ProgressLine } from "./progress.ts";

/** Files of tables that are not what the evidence leads to, of one run or of all. */
export async function* verifyTablesOf(
  source: EvidenceOptions,
  run: string | undefined,
  line: ProgressLine,
): AsyncGenerator<Omit<TableProblem, "problem"> & { problem: string }> {
  const objects = await openEvidence(source);
  // A verdict rests on the declarations, and on no file of the machine that asks.
  const declared = await derivedCatalog();
  for (const each of await listSealedRuns(objects)) {
    if (run && each.run !== run) continue;
    const sealed = await readSealedRun(objects, each.run, each.date);
    const progress = (done: number, of: number) => line(`deriving the tables of run ${each.run} again`, done, of);
    const catalog = await catalogOfRuns([sealed!.plan], declared);
    for await (const { key, problem } of verifyTables(objects, sealed!, catalog, progress))
      yield { key, problem: `is ${problem}. itaudit tables build ${each.run} derives it again` };
  }
}
