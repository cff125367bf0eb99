import type { DuckDBEngine } from "../query/duckdb.ts";
import { sqlText } from "../query/sqlText.ts";
import { type Control, ControlError, typesOf } from "./control.ts";
import { createCoverageTable } from "./coverage.ts";
import { verdictRowsQuery } from "./verdictSql.ts";

/**
 * Makes the table `verdicts`: a row for each verdict of each control in the run that the engine shows as latest, with
 * every line of evidence that it rests on as `<object>:<line>`. A control that cannot be evaluated has one row of the
 * status `not-evaluated`, with its error as the reason.
 * @throws ControlError when there is no run
 */
export async function createVerdictsTable(engine: DuckDBEngine, controls: readonly Control[]): Promise<void> {
  if (!engine.latest) throw new ControlError("there is no sealed run with tables");
  await createCoverageTable(engine, engine.latest, new Set(controls.flatMap(typesOf)));
  await engine.connection.run(`CREATE OR REPLACE TEMP TABLE verdicts (run_id varchar, control varchar, severity varchar,
    status varchar, account_id varchar, region varchar, resource_type varchar, resource_id varchar, arn varchar,
    name varchar, reason varchar, evidence varchar[], query_sha256 varchar)`);
  const run = sqlText(engine.latest);
  for (const control of controls) {
    const said = `${run}, ${sqlText(control.id)}, ${sqlText(control.severity)}`;
    try {
      await engine.insert("verdicts", verdictRowsQuery(control, said));
    } catch (error) {
      await engine.connection.run(
        `INSERT INTO verdicts VALUES (${said}, 'not-evaluated', NULL, NULL, ${sqlText(control.resource)}, NULL, NULL, NULL,
         ${sqlText((error as Error).message)}, [], ${sqlText(control.sha256)})`,
      );
    }
  }
}
