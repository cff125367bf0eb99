import { GONE_WHILE_READ, UNREADABLE } from "../evidence/item.ts";
import { resourceTypeName } from "../evidence/layout.ts";
import type { Cell, Engine } from "../query/engine.ts";
import { sqlText } from "../query/sqlText.ts";
import { latestName } from "../tables/catalog.ts";
import type { SealedRun } from "../tables/sealedRun.ts";
import { type Control, hasColumn, neededBy } from "./control.ts";
import type { Listings } from "./listings.ts";
import { type EvidenceLine, unknownReason, type Verdict } from "./verdict.ts";

/** Under which names a resource says that it is not judged: gone while it was read, not readable, a detail not read. */
const marksOf = ({ reads }: Pick<Control, "reads">): string[] => [GONE_WHILE_READ, UNREADABLE, ...reads];

const said = (mark: string): string =>
  ({ [GONE_WHILE_READ]: "gone while it was read:", [UNREADABLE]: "not readable:" })[mark] ?? `not read: ${mark}`;

/** What of a control it takes to judge by it. */
export type JudgingControl = Pick<
  Control,
  "id" | "title" | "severity" | "resource" | "per" | "needs" | "needs-to-fail" | "reads" | "sql" | "sha256"
>;

/**
 * What fails of a control in a run, and which resources it cannot tell of, asked of an engine that knows the common
 * subset of SQL: the control's own query and one join. What makes its answer a verdict is done here and not in SQL, so
 * that a hundred queries stay small enough for Athena. What passes is not answered.
 * @throws QueryError
 */
export async function* failures(
  engine: Engine,
  control: JudgingControl,
  sealed: SealedRun,
  listings: Listings,
): AsyncGenerator<Verdict> {
  const sql = failuresQuery(control, sealed);
  for await (const verdict of judged(engine, { control, sql }, sealed, listings))
    if (verdict.status !== "pass") yield verdict;
}

/** The verdicts on what a control's query answers. @throws QueryError */
export async function* judged(
  engine: Engine,
  { control, sql }: { control: JudgingControl; sql: string },
  sealed: SealedRun,
  listings: Listings,
): AsyncGenerator<Verdict> {
  const hashes = new Map(sealed.objects.map(({ key, sha256 }) => [key, sha256]));
  const { rows } = await engine.query(sql);
  for await (const portion of rows)
    for (const row of portion) {
      const verdict = verdictOf(row, control, listings, hashes);
      if (verdict) yield verdict;
    }
}

/** Undefined where an account is out of the control's scope. */
function verdictOf(
  row: readonly Cell[],
  control: JudgingControl,
  listings: Listings,
  hashes: ReadonlyMap<string, string>,
): Verdict | undefined {
  const [account, region, id, arn, name, passes, reason, notKnownReason, object, line, further, ...unread] = row;
  const asksForOne = control.per !== "resource";
  const scope = [String(account), String(region)] as const;
  // Where no auditor reads the type, nothing is said of each region.
  if (asksForOne && !listings.covers(control.resource, scope[0], null)) return undefined;
  const marks = marksOf(control);
  const notRead = marks.find((_mark, index) => unread[index] !== null);
  const notKnown =
    asksForOne && passes === true
      ? undefined
      : (listings.notWhole(neededBy(control), ...scope) ??
        (notRead && `${said(notRead)} ${unread[marks.indexOf(notRead)]}`) ??
        (passes === true ? undefined : listings.notWhole(control["needs-to-fail"], ...scope)));
  const why = passes === null ? (notKnownReason ?? unknownReason(control.title)) : reason;
  const isUnknown = notKnown !== undefined || passes === null;
  const text = (cell: Cell | undefined) => (cell === null || cell === undefined ? null : String(cell));
  return {
    control: control.id,
    status: isUnknown ? "unknown" : passes === true ? "pass" : "fail",
    account_id: scope[0],
    region: scope[1],
    resource:
      id === null || id === undefined
        ? null
        : { resource_type: control.resource, resource_id: String(id), arn: text(arn), name: text(name) },
    reason: notKnown ?? (passes === true ? null : text(why)),
    evidence: evidenceOf(
      line === null ? [] : [`${object}:${line}`],
      further === null ? [] : (JSON.parse(String(further)) as (string | null)[]),
      hashes,
    ),
    query_sha256: control.sha256,
  };
}

/** Lines as `<object>:<line>`, the resource's own first, each once, with the hashes of their objects. */
function evidenceOf(
  own: readonly string[],
  further: readonly (string | null)[],
  hashes: ReadonlyMap<string, string>,
): EvidenceLine[] {
  const lines = further
    .filter((each) => each !== null)
    .map((each) => ({ each, ...lineOf(each) }))
    .sort((a, b) => (a.object === b.object ? a.line - b.line : a.object < b.object ? -1 : 1))
    .map(({ each }) => each);
  return [...new Set([...own, ...lines])].flatMap((each) => {
    const { object, line } = lineOf(each);
    const sha256 = hashes.get(object);
    return sha256 ? [{ object, sha256, line }] : [];
  });
}

function lineOf(each: string): { object: string; line: number } {
  const colon = each.lastIndexOf(":");
  return { object: each.slice(0, colon), line: Number(each.slice(colon + 1)) };
}

type QueriedControl = Pick<Control, "sql" | "resource" | "reads">;

/**
 * A control's query over the rows of one run, whatever passes: what a control calls the latest is that run, whichever
 * has come since. Athena reads the files of its day alone.
 */
export function judgedQuery(control: QueriedControl, { run, date }: Pick<SealedRun, "run" | "date">): string {
  const { sql, resource } = control;
  const further = hasColumn(control, "evidence") ? "json_format(CAST(j.evidence AS json))" : "CAST(NULL AS varchar)";
  const notKnownColumn = hasColumn(control, "not_known") ? "j.not_known" : "CAST(NULL AS varchar)";
  const own = latestName(resourceTypeName(resource));
  const names = new Set([own, ...(sql.toLowerCase().match(/\blatest_[a-z0-9_]+\b/g) ?? [])]);
  const ofRun = [...names].map(
    (name) =>
      `${name} AS (SELECT * FROM ${name.replace("latest_", "")} WHERE run_date = ${sqlText(date)} AND run_id = ${sqlText(run)})`,
  );
  const unread = marksOf(control).map((read, index) => `element_at(r.unread, ${sqlText(read)}) AS unread_${index + 1}`);
  return `WITH ${ofRun.join(",\n")}, judged AS (
${sql}
)
SELECT j.account_id, j.region, j.resource_id, j.arn, r.name, j.passes, j.reason,
       ${notKnownColumn} AS not_known, j.evidence_object, j.evidence_line, ${further} AS evidence${unread
         .map((each) => `,\n       ${each}`)
         .join("")}
FROM judged j
LEFT JOIN ${own} r ON r.evidence_object = j.evidence_object AND r.evidence_line = j.evidence_line`;
}

/** The same of what fails or is not known. */
export const failuresQuery = (control: QueriedControl, sealed: Pick<SealedRun, "run" | "date">): string =>
  `${judgedQuery(control, sealed)}
WHERE j.passes IS NULL OR NOT j.passes${marksOf(control)
    .map((read) => ` OR element_at(r.unread, ${sqlText(read)}) IS NOT NULL`)
    .join("")}`;
