import type { DuckDBEngine } from "../query/duckdb.ts";
import { sqlTexts } from "../query/sqlText.ts";
import { RUN_TABLES } from "../tables/catalog.ts";

/** How much there is of a type of resource. */
export interface Extent {
  items: number;
  scopes: number;
}

/**
 * Makes the table `control_scopes`: each (type, account, region) that the run's plan covers, the items it has there,
 * and why its listing is not whole, where it is not. What was planned and has neither a count nor an error is not
 * whole either. A type that no auditor of the run reads has no row.
 * @returns the items of each type, and in how many scopes it is looked for
 */
export async function createCoverageTable(
  engine: DuckDBEngine,
  run: string,
  types: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Extent>> {
  for (const table of ["outcomes", "gaps", "accounts", "runs"] as const)
    await engine.view(`control_${table}`, RUN_TABLES[table], run);
  await engine.connection.run(`CREATE OR REPLACE TEMP TABLE control_scopes AS
    WITH counted AS (
      SELECT account_id, region, unnest(map_entries(CAST(CAST(counts AS JSON) AS MAP(VARCHAR, BIGINT)))) AS entry
      FROM control_outcomes
    ), seen AS (
      SELECT entry.key AS resource_type, account_id, region, entry.value AS items, NULL AS why FROM counted
      UNION ALL
      SELECT resource_type, account_id, region, 0, CASE WHEN status <> 'not-enabled'
        THEN concat_ws(' ', status || ':', operation, code, CASE WHEN action IS NOT NULL THEN '(' || action || ')' END) END
      FROM control_gaps WHERE NOT listed
    ), scopes AS (
      SELECT resource_type, account_id, region, sum(items) AS items, min(why) AS why, true AS is_told
      FROM seen WHERE resource_type IN (${sqlTexts(types)}) GROUP BY ALL
    ), planned AS (
      SELECT resource_type, region FROM (SELECT DISTINCT resource_type, region = 'global' AS global FROM scopes) t,
        (SELECT 'global' AS region UNION SELECT unnest(regions) FROM control_runs) r
      WHERE t.global = (r.region = 'global')
    )
    SELECT resource_type, account_id, region, coalesce(items, 0) AS items,
           CASE WHEN is_told IS NULL THEN 'failed: no outcome tells whether it was read' ELSE why END AS why
    FROM planned CROSS JOIN (SELECT account_id FROM control_accounts WHERE excluded IS NULL) a
    LEFT JOIN scopes USING (resource_type, account_id, region)`);
  const extents = await engine.whole("SELECT resource_type, sum(items), count(*) FROM control_scopes GROUP BY 1");
  return new Map(
    extents.map(([type, items, scopes]) => [String(type), { items: Number(items), scopes: Number(scopes) }]),
  );
}
