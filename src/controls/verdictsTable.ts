import type { DuckDBEngine } from "../query/duckdb.ts";
import { sqlText } from "../query/sqlText.ts";
import { RUN_DATE, RUN_TABLES } from "../tables/catalog.ts";
import { type Control, ControlError, typesOf } from "./control.ts";
import { createCoverageTable } from "./coverage.ts";
import { JUDGED, judge, smallOnes } from "./judge.ts";
import { type QueriedControls, verdictRowsQuery } from "./verdictSql.ts";

/**
 * Makes the tables `latest_verdicts` and `verdicts` of the run that the engine shows as latest, in place of what files
 * have: here the controls are those at hand.
 * @throws ControlError when there is no run
 */
export async function createVerdictsTable(engine: DuckDBEngine, controls: readonly Control[]): Promise<void> {
  if (!engine.latest) throw new ControlError("there is no sealed run with tables");
  const extents = await createCoverageTable(engine, engine.latest, new Set(controls.flatMap(typesOf)));
  const columns = RUN_TABLES.verdicts.columns.map(
    ({ name, type }) => `${name} ${type.replace("array(varchar)", "varchar[]")}`,
  );
  await engine.connection.run(`CREATE OR REPLACE TEMP TABLE latest_verdicts (${columns.join(", ")})`);
  await engine.connection.run(`CREATE OR REPLACE TEMP VIEW verdicts AS SELECT v.*,
    (SELECT strftime(min(started_at), '%Y-%m-%d') FROM control_runs) AS ${RUN_DATE.name} FROM latest_verdicts v`);
  const run = engine.latest;
  const insert = (queried: QueriedControls) => engine.insert("latest_verdicts", verdictRowsQuery(queried, run));
  const small = smallOnes(controls, extents);
  const errors = await judge(engine, small);
  const together = small.filter((control) => !errors.has(control));
  const alone = new Set(controls.filter((control) => !together.includes(control)));
  if (together.length)
    await insert({ controls: together, judged: JUDGED }).catch(() => {
      for (const control of together) alone.add(control);
    });
  for (const control of alone)
    try {
      await insert({ controls: [control] });
    } catch (error) {
      const { id, severity, resource } = control;
      await engine.connection.run(
        `INSERT INTO latest_verdicts VALUES (${[run, id, severity].map(sqlText).join(", ")}, 'not-evaluated', NULL, NULL,
         ${sqlText(resource)}, NULL, NULL, NULL, ${sqlText((error as Error).message)}, [], ${sqlText(control.sha256)})`,
      );
    }
}
