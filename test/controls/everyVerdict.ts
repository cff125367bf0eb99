import type { Control } from "../../controls/control.ts";
import { evaluation } from "../../controls/evaluate.ts";
import type { Verdict } from "../../controls/verdict.ts";
import type { DuckDBEngine } from "../../query/duckdb.ts";

/** Every verdict, control by control. */
export async function* everyVerdict(engine: DuckDBEngine, controls: readonly Control[]): AsyncGenerator<Verdict> {
  const { verdicts } = await evaluation(engine, controls);
  for (const control of controls) for await (const portion of verdicts(control)) yield* portion;
}
