import type { DuckDBEngine } from "../query/duckdb.ts";
import { type Control, typesOf } from "./control.ts";
import type { Extent } from "./coverage.ts";
import { JUDGED_COLUMNS, judgedQuery } from "./verdictSql.ts";

/** Resources and scopes of a control that is evaluated together with others, and of all those together. */
const SMALL = 1_000;
const SMALL_TOGETHER = 60_000;

/** What a control is about that there is nothing of. */
export const NOTHING: Extent = { items: 0, scopes: 0 };

/** Controls that are about little, the ones about least first: what they come to fits into memory. */
export function smallOnes(controls: readonly Control[], extents: ReadonlyMap<string, Extent>): Control[] {
  const sizeOf = (control: Control) =>
    typesOf(control).reduce((sum, type) => sum + (extents.get(type) ?? NOTHING).scopes, 0) +
    (extents.get(control.resource) ?? NOTHING).items;
  let left = SMALL_TOGETHER;
  const sized = controls.map((control) => ({ control, size: sizeOf(control) })).sort((a, b) => a.size - b.size);
  const small = new Set<Control>();
  for (const { control, size } of sized) {
    left -= size;
    if (size > SMALL || left < 0) break;
    small.add(control);
  }
  return controls.filter((control) => small.has(control));
}

/** The table that {@link judge} makes. */
export const JUDGED = "control_judged";

/**
 * Asks the queries of controls, and puts what they answer into the table {@link JUDGED}. A control of single resources
 * is not asked where the run has none of its type: it judges nothing else.
 * @returns the controls that have no answer, with what DuckDB says of it
 */
export async function judge(engine: DuckDBEngine, controls: readonly Control[]): Promise<Map<Control, Error>> {
  await engine.connection.run(`CREATE OR REPLACE TEMP TABLE ${JUDGED} (${JUDGED_COLUMNS})`);
  const found = await engine.whole("SELECT DISTINCT resource_type FROM latest_objects WHERE items > 0");
  const types = new Set(found.map(([type]) => type));
  const failed = new Map<Control, Error>();
  const applicable = controls.filter(({ per, resource }) => per !== "resource" || types.has(resource));
  // A file that cannot be read is told of by the control that needs it.
  await engine.prepare(applicable.map(({ sql }) => sql)).catch(() => undefined);
  for (const control of applicable)
    await engine.insert(JUDGED, judgedQuery(control)).catch((error: Error) => failed.set(control, error));
  return failed;
}
