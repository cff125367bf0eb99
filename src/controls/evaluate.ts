import type { DuckDBEngine } from "../query/duckdb.ts";
import { type Control, ControlError, typesOf } from "./control.ts";
import { createCoverageTable } from "./coverage.ts";
import { Exceptions } from "./exceptions.ts";
import { JUDGED, judge, NOTHING, smallOnes } from "./judge.ts";
import { noVerdicts, VERDICT_STATUSES, type Verdict, type VerdictCounts, type VerdictStatus } from "./verdict.ts";
import { countsQuery, type VerdictCells, verdictsQuery } from "./verdictSql.ts";

/** What is asked for of a control's verdicts. */
export interface VerdictFilter {
  /** Default: all. */
  statuses?: readonly VerdictStatus[];
  /** The first so many. Default: every one. */
  limit?: number;
}

/**
 * Controls that are asked about a run. Those about little are evaluated together, the first time that one of them is
 * asked for, and their verdicts are kept. Of the others none is: what is asked for again is evaluated again, and comes
 * out the same.
 */
export interface Evaluation {
  /** How many resources there are of the type that a control is about. */
  items(control: Control): number;
  /** How many verdicts a control has. @throws ControlError */
  counts(control: Control): Promise<VerdictCounts>;
  /** Verdicts of a control in the order of accounts, regions and resources, in portions. @throws ControlError */
  verdicts(control: Control, filter?: VerdictFilter): AsyncIterable<Verdict[]>;
}

/**
 * Controls to be asked about the run that the engine shows as latest. A scope is (account, region); one where a
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
  const small = smallOnes(controls, extents);
  let jointResults: Promise<ControlResults> | undefined;
  const together = (): Promise<ControlResults> => {
    jointResults ??= evaluatedTogether(engine, small);
    return jointResults;
  };
  /** Portions of what a control comes to, without exceptions. @throws ControlError */
  const evaluated = async function* (
    control: Control,
    statuses: readonly VerdictStatus[],
    limit: number,
  ): AsyncGenerator<Verdict[]> {
    const results = small.includes(control) ? (await together()).get(control.id) : undefined;
    if (results instanceof Error) failed(control)(results);
    else if (results) {
      const selected = results
        .map((cells) => verdictOf(control, cells))
        .filter(({ status }) => statuses.includes(status));
      if (selected.length) yield selected.slice(0, limit);
    } else yield* evaluatedAlone(engine, control, statuses, limit);
  };
  const verdicts = async function* (
    control: Control,
    { statuses = VERDICT_STATUSES, limit = Number.POSITIVE_INFINITY }: VerdictFilter = {},
  ): AsyncGenerator<Verdict[]> {
    // Exceptions are no part of the query: to it, what one of them covers has failed.
    const excepting = exceptions.concern(control.id) && statuses.some((each) => each === "fail" || each === "excepted");
    const requested = excepting ? new Set<VerdictStatus>([...statuses, "fail"]) : new Set(statuses);
    requested.delete("excepted");
    if (!requested.size) return;
    let left = limit;
    for await (const rows of evaluated(control, [...requested], excepting ? Number.POSITIVE_INFINITY : limit)) {
      let portion = excepting
        ? rows.map((each) => exceptions.over(each)).filter(({ status }) => statuses.includes(status))
        : rows;
      if (portion.length > left) portion = portion.slice(0, left);
      left -= portion.length;
      if (portion.length) yield portion;
      if (!left) return;
    }
  };
  const counts = async (control: Control): Promise<VerdictCounts> => {
    const counted = noVerdicts();
    if (small.includes(control)) {
      for await (const portion of verdicts(control)) for (const { status } of portion) counted[status] += 1;
      return counted;
    }
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

/** By control, what it came to, or why it came to nothing. */
type ControlResults = ReadonlyMap<string, readonly VerdictCells[] | Error>;

/** Every verdict of controls, by one query. A control that has none here is to be evaluated alone. */
async function evaluatedTogether(engine: DuckDBEngine, controls: readonly Control[]): Promise<ControlResults> {
  const errors = await judge(engine, controls);
  const results = new Map<string, VerdictCells[] | Error>([...errors].map(([{ id }, error]) => [id, error]));
  const judged = controls.filter((control) => !errors.has(control));
  if (!judged.length) return results;
  const sql = verdictsQuery({ controls: judged, judged: JUDGED }, VERDICT_STATUSES, Number.POSITIVE_INFINITY);
  // What one of them judged may be what the query cannot take, and alone it is told by its own name.
  const rows = await engine.whole(sql).catch(() => undefined);
  if (!rows) return results;
  for (const { id } of judged) results.set(id, []);
  for (const [cells] of rows) {
    const parsed = JSON.parse(cells as string) as VerdictCells;
    (results.get(parsed[0]) as VerdictCells[]).push(parsed);
  }
  return results;
}

async function* evaluatedAlone(
  engine: DuckDBEngine,
  control: Control,
  statuses: readonly VerdictStatus[],
  limit: number,
): AsyncGenerator<Verdict[]> {
  try {
    for await (const rows of (await engine.query(verdictsQuery({ controls: [control] }, statuses, limit))).rows)
      yield rows.map(([cells]) => verdictOf(control, JSON.parse(cells as string) as VerdictCells));
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
  [, status, account, region, id, arn, name, reason, evidence]: VerdictCells,
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
