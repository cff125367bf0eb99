import type { DuckDBEngine } from "../query/duckdb.ts";
import type { Cell } from "../query/engine.ts";
import { type Control, ControlError, typesOf } from "./control.ts";
import { createCoverageTable } from "./coverage.ts";
import { Exceptions } from "./exceptions.ts";
import { noVerdicts, VERDICT_STATUSES, type Verdict, type VerdictCounts, type VerdictStatus } from "./verdict.ts";
import { countsQuery, type VerdictCells, verdictsQuery } from "./verdictSql.ts";

const NOTHING = { items: 0, places: 0 };
/** Resources and places of which the verdicts are fetched at once. */
const SMALL_RESULT = 2_000;

/** What is asked for of a control's verdicts. */
export interface VerdictFilter {
  /** Default: all. */
  statuses?: readonly VerdictStatus[];
  /** The first so many. Default: every one. */
  limit?: number;
}

/**
 * Controls that are asked about a run. No verdict is kept: what is asked for again is evaluated again, and comes out
 * the same.
 */
export interface Evaluation {
  /** How many resources there are of the type that a control is about. */
  items(control: Control): number;
  /** How many verdicts a control has. @throws ControlError */
  counts(control: Control): Promise<VerdictCounts>;
  /** Verdicts of a control in the order of accounts, regions and resources, in portions. @throws ControlError */
  verdicts(control: Control, wanted?: VerdictFilter): AsyncIterable<Verdict[]>;
}

/**
 * Controls to be asked about the run that the engine shows as latest. A place is (account, region); one where a
 * control's resource type was listed and has nothing in scope is `not-applicable`, one where it was not listed is
 * `unknown`.
 * @throws ControlError when there is no run
 */
export async function evaluation(
  engine: DuckDBEngine,
  controls: readonly Control[],
  exceptions: Exceptions = new Exceptions([], ""),
): Promise<Evaluation> {
  if (!engine.latest) throw new ControlError("there is no sealed run with tables");
  const extents = await createCoverageTable(engine, engine.latest, new Set(controls.flatMap(typesOf)));
  const verdicts = async function* (
    control: Control,
    { statuses = VERDICT_STATUSES, limit = Number.POSITIVE_INFINITY }: VerdictFilter = {},
  ): AsyncGenerator<Verdict[]> {
    // Exceptions are no part of the query: to it, what one of them covers has failed.
    const excepting = exceptions.concern(control.id) && statuses.some((each) => each === "fail" || each === "excepted");
    const asked = excepting ? new Set<VerdictStatus>([...statuses, "fail"]) : new Set(statuses);
    asked.delete("excepted");
    if (!asked.size) return;
    let left = limit;
    const sql = verdictsQuery(control, [...asked], excepting ? Number.POSITIVE_INFINITY : limit);
    const { items, places } = extents.get(control.resource) ?? NOTHING;
    for await (const rows of runQuery(engine, control, sql, items + places <= SMALL_RESULT)) {
      let portion = rows.map(([cells]) => verdictOf(control, JSON.parse(cells as string) as VerdictCells));
      if (excepting)
        portion = portion.map((each) => exceptions.over(each)).filter(({ status }) => statuses.includes(status));
      if (portion.length > left) portion = portion.slice(0, left);
      left -= portion.length;
      if (portion.length) yield portion;
      if (!left) return;
    }
  };
  const counts = async (control: Control): Promise<VerdictCounts> => {
    const counted = noVerdicts();
    const rows = await engine.whole(countsQuery(control)).catch(failed(control));
    for (const [status, count] of rows) counted[status as VerdictStatus] = Number(count);
    if (!counted.fail || !exceptions.concern(control.id)) return counted;
    counted.fail = 0;
    for await (const portion of verdicts(control, { statuses: ["fail", "excepted"] }))
      for (const { status } of portion) counted[status] += 1;
    return counted;
  };
  return { items: ({ resource }) => (extents.get(resource) ?? NOTHING).items, counts, verdicts };
}

async function* runQuery(engine: DuckDBEngine, control: Control, sql: string, few: boolean): AsyncGenerator<Cell[][]> {
  try {
    if (few) yield await engine.whole(sql);
    else yield* (await engine.query(sql)).rows;
  } catch (error) {
    failed(control)(error as Error);
  }
}

const failed =
  ({ id }: Control) =>
  (error: Error): never => {
    throw new ControlError(`control ${id}: ${error.message}`);
  };

function verdictOf(
  control: Control,
  [status, account, region, id, arn, name, reason, evidence]: VerdictCells,
): Verdict {
  return {
    control: control.id,
    status,
    account_id: account,
    region,
    resource: id === null ? null : { resource_type: control.resource, resource_id: id, arn, name },
    reason,
    evidence: (evidence ?? []).map(([object, line, sha256]) => ({ object, sha256, line })),
    query_sha256: control.sha256,
  };
}
