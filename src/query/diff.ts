import { type Catalog, RUN_TABLES } from "../tables/catalog.ts";
import { type Change, changesBetween } from "./changes.ts";
import type { DuckDBEngine } from "./duckdb.ts";
import type { Cell } from "./engine.ts";
import { sqlText } from "./sqlText.ts";

/** Where a resource is and what it is called. */
export interface Resource {
  resource_type: string;
  account_id: string;
  region: string;
  resource_id: string;
  arn: string | null;
  name: string | null;
  tags: Record<string, string> | null;
}

/** Where evidence says so. */
export interface Cited {
  object: string;
  line: number;
}

/** How a resource differs between two runs. */
export type Difference = Resource & { before?: Cited; after?: Cited } & (
    | { kind: "added" | "removed" }
    | { kind: "changed"; changes: Change[] /** Details that one of the runs could not read. */; unread: string[] }
    /** It is in one run alone, and the other did not list its type there: whether it was is not known. */
    | { kind: "not observed"; run: string; reason: string }
  );

export interface DiffOptions {
  catalog: Catalog;
  /** What the auditors of each run cover, where that is not the catalog's: a stack chooses and groups its own. */
  auditors?: readonly [first: Catalog["auditors"], second: Catalog["auditors"]];
  /** Whether members that change by themselves count too. */
  volatile?: boolean;
}

/** A problem with what is to be compared, for the user. */
export class DiffError extends Error {}

/** @throws DiffError naming a run that has no tables, and those that have */
export function mustHaveTables({ runs }: Pick<DuckDBEngine, "runs">, requested: readonly string[]): void {
  for (const run of requested)
    if (!runs.includes(run))
      throw new DiffError(
        `run ${run} has no tables here${runs.length ? `; there are ${runs.slice(-5).join(", ")}` : ""}. itaudit tables build derives those of a sealed run.`,
      );
}

/**
 * Compares two runs: what is only in one, by coverage, then what changed, by type. Memory does not grow with the
 * estate: DuckDB pairs the resources, on disk where they are many, and only those that differ are read in full.
 * @throws DiffError when a run has no tables
 */
export async function* differences(
  engine: DuckDBEngine,
  first: string,
  second: string,
  { catalog, auditors = [catalog.auditors, catalog.auditors], volatile = false }: DiffOptions,
): AsyncGenerator<Difference> {
  mustHaveTables(engine, [first, second]);
  await pair(engine, first, second, auditors, volatile);
  yield* onlyInOne(engine, first, second);
  for (const [type] of await rows(engine, "SELECT DISTINCT resource_type FROM diff_changed ORDER BY 1"))
    yield* changed(engine, [first, second], String(type), catalog, volatile);
}

const rows = async (engine: DuckDBEngine, sql: string): Promise<Cell[][]> => {
  const all: Cell[][] = [];
  for await (const portion of (await engine.query(sql)).rows) all.push(...portion);
  return all;
};

const SIDES = ["first", "second"] as const;

/** Makes the tables `diff_alone` and `diff_changed`. */
async function pair(
  engine: DuckDBEngine,
  first: string,
  second: string,
  auditors: NonNullable<DiffOptions["auditors"]>,
  volatile: boolean,
): Promise<void> {
  const run = (sql: string) => engine.connection.run(sql);
  for (const [side, id] of [
    ["first", first],
    ["second", second],
  ] as const) {
    await engine.view(`diff_${side}`, RUN_TABLES.resources, id);
    await engine.view(`diff_gaps_${side}`, RUN_TABLES.gaps, id);
    await engine.view(`diff_outcomes_${side}`, RUN_TABLES.outcomes, id);
  }
  for (const [index, side] of SIDES.entries()) {
    const covered = Object.entries(auditors[index]!).flatMap(([auditor, types]) =>
      types.map(({ type, global }) => `(${sqlText(auditor)}, ${sqlText(type)}, ${global})`),
    );
    await run(`CREATE TEMP TABLE diff_covered_${side} (auditor VARCHAR, resource_type VARCHAR, global BOOLEAN)`);
    if (covered.length) await run(`INSERT INTO diff_covered_${side} VALUES ${covered.join(", ")}`);
  }
  for (const side of SIDES) {
    // The same ARN can be listed twice in a run: copies are numbered, so that each finds its own.
    await run(`CREATE TEMP VIEW diff_numbered_${side} AS
      SELECT resource_type, account_id, coalesce(arn, region || ' ' || resource_id) AS key, fingerprint,
             row_number() OVER (PARTITION BY resource_type, account_id, key, fingerprint) AS copy,
             evidence_object AS object, evidence_line AS line
      FROM diff_${side}`);
    // Where a run listed a type: a planned item with an outcome and without a gap in the listing.
    await run(`CREATE TEMP TABLE diff_listed_${side} AS
      SELECT DISTINCT o.account_id, o.region, c.resource_type, c.global
      FROM diff_outcomes_${side} o JOIN diff_covered_${side} c ON c.auditor = o.auditor AND c.global = (o.region = 'global')
      ANTI JOIN diff_gaps_${side} g
        ON g.auditor = o.auditor AND g.account_id = o.account_id AND g.region = o.region
       AND g.resource_type = c.resource_type AND NOT g.listed`);
  }
  // What is alike in both runs goes away first; what is left of a key is paired one by one.
  for (const [side, other] of [SIDES, SIDES.toReversed()])
    await run(`CREATE TEMP TABLE diff_left_${side} AS
      SELECT *, row_number() OVER (PARTITION BY resource_type, account_id, key ORDER BY fingerprint, copy) AS pair
      FROM diff_numbered_${side}
      ${volatile ? "" : `ANTI JOIN diff_numbered_${other} USING (resource_type, account_id, key, fingerprint, copy)`}`);
  await run(`CREATE TEMP TABLE diff_pairs AS
    SELECT resource_type, a.object AS a_object, a.line AS a_line, b.object AS b_object, b.line AS b_line
    FROM diff_left_first a FULL JOIN diff_left_second b USING (resource_type, account_id, key, pair)`);
  await run(`CREATE TEMP VIEW diff_changed AS
    SELECT * FROM diff_pairs WHERE a_object IS NOT NULL AND b_object IS NOT NULL`);
}

const RESOURCE = ["resource_type", "account_id", "region", "resource_id", "arn", "name", "tags"] as const;
const resourceOf = (cells: readonly Cell[]): Resource =>
  Object.fromEntries(RESOURCE.map((name, index) => [name, cells[index]])) as unknown as Resource;

/** Resources of one run that the other has not: added or removed where the other listed their type, else not observed. */
async function* onlyInOne(engine: DuckDBEngine, first: string, second: string): AsyncGenerator<Difference> {
  for (const [side, other, alone, kind, run] of [
    ["first", "second", "a", "removed", second],
    ["second", "first", "b", "added", first],
  ] as const) {
    const missing = alone === "a" ? "b" : "a";
    const answer = await engine.query(`
      SELECT ${RESOURCE.map((name) => `r.${name}`).join(", ")}, r.evidence_object, r.evidence_line,
             l.account_id IS NOT NULL AS listed, g.why
      FROM diff_pairs p
      JOIN diff_${side} r ON r.evidence_object = p.${alone}_object AND r.evidence_line = p.${alone}_line
      LEFT JOIN (SELECT DISTINCT account_id, region, resource_type FROM diff_listed_${other}) l
        ON l.account_id = r.account_id AND l.resource_type = r.resource_type
       AND l.region = CASE WHEN r.resource_type IN (SELECT resource_type FROM diff_covered_${other} WHERE global)
                           THEN 'global' ELSE r.region END
      LEFT JOIN (SELECT account_id, region, resource_type, min(status || coalesce(': ' || operation || ' ' || code, '')) AS why
                 FROM diff_gaps_${other} WHERE NOT listed GROUP BY ALL) g
        ON g.account_id = r.account_id AND g.resource_type = r.resource_type AND g.region IN (r.region, 'global')
      WHERE p.${missing}_object IS NULL
      ORDER BY r.resource_type, r.account_id, r.region, r.resource_id, r.evidence_object, r.evidence_line`);
    for await (const portion of answer.rows)
      for (const cells of portion) {
        const [object, line, listed, why] = cells.slice(RESOURCE.length);
        const cited = { object: String(object), line: Number(line) };
        const found = { ...resourceOf(cells), ...(alone === "a" ? { before: cited } : { after: cited }) };
        if (listed) yield { ...found, kind };
        else yield { ...found, kind: "not observed", run, reason: why ? String(why) : "not planned" };
      }
  }
}

/** Pairs of one type whose fingerprints differ, without those that differ in what one run could not read. */
async function* changed(
  engine: DuckDBEngine,
  [first, second]: readonly [string, string],
  type: string,
  { tables }: Catalog,
  volatile: boolean,
): AsyncGenerator<Difference> {
  const table = tables.find(({ resourceType }) => resourceType === type);
  // Of a type that no auditor of this version knows, there is no table with configurations.
  if (!table) return;
  await engine.view(`diff_a_${table.name}`, table, first);
  await engine.view(`diff_b_${table.name}`, table, second);
  const answer = await engine.query(`
    SELECT ${RESOURCE.map((name) => `b.${name}`).join(", ")}, a.tags, a.configuration, b.configuration,
           map_keys(a.unread) AS unread_a, map_keys(b.unread) AS unread_b, p.a_object, p.a_line, p.b_object, p.b_line
    FROM diff_changed p
    JOIN diff_a_${table.name} a ON a.evidence_object = p.a_object AND a.evidence_line = p.a_line
    JOIN diff_b_${table.name} b ON b.evidence_object = p.b_object AND b.evidence_line = p.b_line
    WHERE p.resource_type = ${sqlText(type)}
    ORDER BY b.account_id, b.region, b.resource_id, p.b_object, p.b_line`);
  for await (const portion of answer.rows)
    for (const cells of portion) {
      const resource = resourceOf(cells);
      const [tagsBefore, before, after, unreadBefore, unreadAfter, aObject, aLine, bObject, bLine] = cells.slice(
        RESOURCE.length,
      );
      const unread = [...new Set([...names(unreadBefore), ...names(unreadAfter)])].sort();
      const readable = (json: Cell | undefined, tags: Cell | undefined) => {
        const configuration = JSON.parse(String(json)) as Record<string, unknown>;
        for (const operation of unread) delete configuration[operation];
        // Tags that were not read are no tags that went away.
        const unknown = unread.length && (tagsBefore === null || resource.tags === null);
        // Most types have their tags in the configuration already.
        const inline = Object.keys(configuration).some((member) => /^tags?(list|set)?$/i.test(member));
        return unknown || inline ? configuration : { ...configuration, tags };
      };
      const changes = changesBetween(readable(before, tagsBefore), readable(after, resource.tags), { volatile });
      if (changes.length)
        yield {
          kind: "changed",
          ...resource,
          changes,
          unread,
          before: { object: String(aObject), line: Number(aLine) },
          after: { object: String(bObject), line: Number(bLine) },
        };
    }
}

const names = (list: Cell | undefined): string[] => (Array.isArray(list) ? list.map(String) : []);
