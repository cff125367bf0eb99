import type { Anomaly } from "../anomalies/anomaly.ts";
import { modelledAnomaliesKey } from "../evidence/layout.ts";
import { anomalyRow } from "./anomalyRows.ts";
import { RUN_TABLES } from "./catalog.ts";
import type { Objects } from "./objects.ts";
import { ParquetFile } from "./parquetFile.ts";
import type { SealedRun } from "./sealedRun.ts";
import { metadataOf } from "./tabulate.ts";

/** Adds what a model elsewhere found of one resource type to a run's anomalies; the same once more is written over. */
export async function writeModelledAnomalies(
  objects: Objects,
  sealed: SealedRun,
  index: number,
  anomalies: readonly Anomaly[],
): Promise<void> {
  const table = RUN_TABLES.anomalies;
  const sink = objects.create(modelledAnomaliesKey(sealed.run, sealed.date, index));
  const parquet = new ParquetFile(sink, table.columns, metadataOf(table, sealed));
  for (const anomaly of anomalies) await parquet.write(anomalyRow(anomaly));
  await parquet.finish();
}
