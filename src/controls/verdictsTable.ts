import type { DuckDBEngine } from "../query/duckdb.ts";
import { type Control, ControlError, typesOf } from "./control.ts";
import { createCoverageTable } from "./coverage.ts";
import { text } from "./sqlText.ts";
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
  const run = text(engine.latest);
  for (const control of controls) {
    const said = `${run}, ${text(control.id)}, ${text(control.severity)}`;
    try {
      await engine.insert("verdicts", verdictRowsQuery(control, said));
    } catch (error) {
      await engine.connection.run(
        `INSERT INTO verdicts VALUES (${said}, 'not-evaluated', NULL, NULL, ${text(control.resource)}, NULL, NULL, NULL,
         ${text((error as Error).message)}, [], ${text(control.sha256)})`,
      );
    }
  }
}
