import type { Control } from "../../src/controls/control.ts";
import { evaluation } from "../../src/controls/evaluate.ts";
import type { Verdict } from "../../src/controls/verdict.ts";
import type { DuckDBEngine } from "../../src/query/duckdb.ts";

/** Every verdict, control by control. */
export async function* everyVerdict(engine: DuckDBEngine, controls: readonly Control[]): AsyncGenerator<Verdict> {
  const { verdicts } = await evaluation(engine, controls);
  for (const control of controls) for await (const portion of verdicts(control)) yield* portion;
}
