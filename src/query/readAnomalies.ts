import type { Anomaly, Reason } from "../anomalies/anomaly.ts";
import { RUN_TABLES } from "../tables/catalog.ts";
import type { DuckDBEngine } from "./duckdb.ts";

/** An anomaly with the hash of the object that proves it, as the run's manifest counts it. */
export interface ProvenAnomaly extends Anomaly {
  /** Hex. */
  evidence_sha256: string;
}

/**
 * The anomalies of a run, as its table has them: by model, the oddest first.
 * @returns undefined where the run's tables were derived by a version that did not look for any
 */
export async function anomaliesIn(
  engine: DuckDBEngine,
  run: string,
): Promise<AsyncIterable<ProvenAnomaly> | undefined> {
  if (!(await engine.view("run_anomalies", RUN_TABLES.anomalies, run))) return undefined;
  await engine.view("run_objects", RUN_TABLES.objects, run);
  const { columns, rows } = await engine.query(`
    SELECT a.* EXCLUDE features, o.sha256 AS evidence_sha256
    FROM run_anomalies a LEFT JOIN run_objects o ON o.key = a.evidence_object
    ORDER BY a.model, a.score DESC, a.resource_type, a.account_id, a.region, a.resource_id, a.evidence_line`);
  return (async function* () {
    for await (const portion of rows)
      for (const cells of portion) {
        const row = Object.fromEntries(columns.map(({ name }, index) => [name, cells[index]]));
        const reasons = (row.reasons as string[]).map((reason) => JSON.parse(reason) as Reason);
        yield { ...row, reasons } as unknown as ProvenAnomaly;
      }
  })();
}
