import { GONE_WHILE_READ, UNREADABLE } from "../evidence/item.ts";
import { sqlText, sqlTexts } from "../query/sqlText.ts";
import { type Control, hasColumn, neededBy } from "./control.ts";
import { unknownReason, type VerdictStatus } from "./verdict.ts";

/** What a control's query answers, with the columns that it may have and has not. */
export const JUDGED_COLUMNS = `control varchar, account_id varchar, region varchar, resource_id varchar, arn varchar,
  passes boolean, reason varchar, evidence_object varchar, evidence_line bigint, further varchar[], stated_unknown varchar`;

/** A control's own query, with the columns of {@link JUDGED_COLUMNS}. */
export const judgedQuery = (control: Pick<Control, "id" | "sql">): string => `SELECT ${sqlText(control.id)} AS control,
  account_id, region, resource_id, arn, passes, reason, evidence_object, evidence_line,
  ${hasColumn(control, "evidence") ? "evidence" : "NULL::varchar[]"} AS further,
  ${hasColumn(control, "not_known") ? "not_known" : "NULL::varchar"} AS stated_unknown
FROM (
${control.sql}
)`;

/** Controls that are evaluated by one query, and where it finds what they judged. */
export interface QueriedControls {
  controls: readonly Control[];
  /** A table with {@link JUDGED_COLUMNS}. Left out: the one control's own query is asked. */
  judged?: string;
}

/** What the controls are, as the query speaks of them. */
function factsCte(controls: readonly Control[]): string {
  const facts = controls.map((control) => {
    const marks = sqlTexts([GONE_WHILE_READ, UNREADABLE, ...control.reads]);
    return `(${[control.id, control.severity, control.resource, control.per].map(sqlText).join(", ")},
    [${marks}], ${sqlText(unknownReason(control.title))}, ${sqlText(control.sha256)})`;
  });
  const needs = controls.flatMap((control) => [
    ...neededBy(control).map((type) => `(${sqlText(control.id)}, ${sqlText(type)}, false)`),
    ...control["needs-to-fail"].map((type) => `(${sqlText(control.id)}, ${sqlText(type)}, true)`),
  ]);
  return `facts (control, severity, resource, per, marks, unknown, query_sha256) AS (VALUES
  ${facts.join(",\n  ")}
), needs (control, resource_type, to_fail) AS (VALUES
  ${["('', '', false)", ...needs].join(",\n  ")}
)`;
}

/**
 * What controls' own queries answer, and around it what makes verdicts of it: the beginning of a query, after which
 * `everything` has a row for each verdict. It is one query however many controls there are: to plan it takes DuckDB ten
 * times as long as to run it over a small estate.
 */
function allVerdictsCte({ controls, judged }: QueriedControls): string {
  return `WITH ${factsCte(controls)}, judged AS (
${judged ? `SELECT * FROM ${judged}` : judgedQuery(controls[0]!)}
), missing AS (
  SELECT n.control, p.account_id, p.region, p.resource_type || ' ' || p.why AS why, n.to_fail
  FROM needs n JOIN control_scopes p ON p.resource_type = n.resource_type WHERE p.why IS NOT NULL
  UNION ALL
  SELECT n.control, a.account_id, 'global', n.resource_type || ' is read by no auditor of the run', n.to_fail
  FROM needs n, control_accounts a
  WHERE n.resource_type <> '' AND n.resource_type NOT IN (SELECT resource_type FROM control_scopes)
), missing_here AS (
  SELECT control, account_id, region,
         min(why) FILTER (WHERE NOT to_fail) AS why, min(why) FILTER (WHERE to_fail) AS why_to_fail
  FROM missing GROUP BY control, account_id, region
), missing_anywhere AS (
  SELECT control, account_id,
         min(why) FILTER (WHERE NOT to_fail) AS why, min(why) FILTER (WHERE to_fail) AS why_to_fail
  FROM missing GROUP BY control, account_id
), scope AS (
  SELECT f.control, f.resource, f.per, p.account_id, p.region, p.items, p.why
  FROM facts f JOIN control_scopes p ON p.resource_type = f.resource
), joined AS (
  SELECT j.*, f.per, f.unknown, r.name, r.unread, list_filter(f.marks, mark -> r.unread[mark] IS NOT NULL)[1] AS mark
  FROM judged j JOIN facts f ON f.control = j.control
  LEFT JOIN (
    SELECT evidence_object, evidence_line, resource_type, name, unread FROM latest_resources
    WHERE resource_type IN (${sqlTexts(new Set(controls.map(({ resource }) => resource)))})
  ) r ON r.evidence_object = j.evidence_object AND r.evidence_line = j.evidence_line AND r.resource_type = f.resource
  -- What asks for something to be there: where no auditor reads the type, that is said once for the account, and not in
  -- each region.
  WHERE f.per = 'resource' OR (j.control, j.account_id) IN (SELECT (control, account_id) FROM scope)
), verdicts AS (
  SELECT j.control, j.per, j.unknown, j.account_id, j.region, j.resource_id, j.arn, j.name, j.passes, j.reason,
         j.evidence_object, j.evidence_line, j.further, j.stated_unknown,
         coalesce(
           -- What was found is found, but without a whole listing nothing is missing.
           CASE WHEN j.per = 'resource' OR NOT coalesce(j.passes, false)
                THEN coalesce(g.why, h.why, CASE WHEN j.region = 'global' THEN a.why END,
                  CASE WHEN j.mark = ${sqlText(GONE_WHILE_READ)} THEN 'gone while it was read: ' || j.unread[j.mark]
                       WHEN j.mark = ${sqlText(UNREADABLE)} THEN 'not readable: ' || j.unread[j.mark]
                       WHEN j.mark IS NOT NULL THEN 'not read: ' || j.mark || ' ' || j.unread[j.mark] END) END,
           CASE WHEN NOT coalesce(j.passes, false)
                THEN coalesce(g.why_to_fail, h.why_to_fail, CASE WHEN j.region = 'global' THEN a.why_to_fail END) END
         ) AS not_known
  FROM joined j
  LEFT JOIN missing_here h ON h.control = j.control AND h.account_id = j.account_id AND h.region = j.region
  LEFT JOIN missing_here g ON g.control = j.control AND g.account_id = j.account_id AND g.region = 'global'
  LEFT JOIN missing_anywhere a ON a.control = j.control AND a.account_id = j.account_id
), placed AS (
  SELECT control, account_id, region FROM scope
  WHERE per = 'account' AND (control, account_id) IN (SELECT (control, account_id) FROM verdicts)
  UNION ALL
  SELECT DISTINCT v.control, v.account_id, coalesce(s.region, 'global')
  FROM verdicts v
  LEFT JOIN scope s ON s.control = v.control AND s.account_id = v.account_id AND s.region = v.region
  WHERE v.per <> 'account'
), empty AS (
  SELECT s.control, s.account_id, s.region, s.why,
         CASE WHEN s.items > 0 THEN coalesce(g.why, h.why, CASE WHEN s.region = 'global' THEN a.why END) END AS not_known
  FROM scope s
  ANTI JOIN placed p ON p.control = s.control AND p.account_id = s.account_id AND p.region = s.region
  LEFT JOIN missing_here h ON h.control = s.control AND h.account_id = s.account_id AND h.region = s.region
  LEFT JOIN missing_here g ON g.control = s.control AND g.account_id = s.account_id AND g.region = 'global'
  LEFT JOIN missing_anywhere a ON a.control = s.control AND a.account_id = s.account_id
), reasons AS (
  SELECT control, account_id, region, coalesce(why, not_known) AS reason,
         count(*) OVER (PARTITION BY control, account_id, coalesce(why, not_known)) AS alike
  FROM empty
), unread_scopes AS (
  -- A gap that is the same everywhere, such as an account that lets nobody in, is said once and not in each region.
  SELECT DISTINCT r.control, r.account_id,
         CASE WHEN r.reason IS NULL OR r.alike = 1 OR r.alike < s.scopes THEN r.region END AS region, r.reason
  FROM reasons r
  JOIN (SELECT control, account_id, count(*) AS scopes FROM scope GROUP BY control, account_id) s
    ON s.control = r.control AND s.account_id = r.account_id
), everything AS (
  SELECT control,
         CASE WHEN not_known IS NOT NULL OR passes IS NULL THEN 'unknown' WHEN passes THEN 'pass' ELSE 'fail' END AS status,
         account_id, region, resource_id, arn, name,
         coalesce(not_known, CASE WHEN passes IS NULL THEN coalesce(stated_unknown, unknown) WHEN NOT passes THEN reason END)
           AS reason,
         evidence_object, evidence_line, further
  FROM verdicts
  UNION ALL
  SELECT control, CASE WHEN reason IS NULL THEN 'not-applicable' ELSE 'unknown' END,
         account_id, region, NULL, NULL, NULL, reason, NULL, NULL, NULL
  FROM unread_scopes
  UNION ALL
  SELECT s.control, 'unknown', s.account_id, s.region, NULL, NULL, NULL, 'not all listed: ' || s.why, NULL, NULL, NULL
  FROM scope s
  SEMI JOIN placed p ON p.control = s.control AND p.account_id = s.account_id AND p.region = s.region
  WHERE s.why IS NOT NULL AND s.per = 'resource'
  UNION ALL
  SELECT f.control, 'unknown', a.account_id, NULL, NULL, NULL, NULL, f.resource || ' is read by no auditor of the run',
         NULL, NULL, NULL
  FROM facts f, control_accounts a
  WHERE a.excluded IS NULL AND (f.control, a.account_id) NOT IN (SELECT (control, account_id) FROM scope)
    AND (f.control, a.account_id) NOT IN (SELECT (control, account_id) FROM verdicts)
)`;
}

/** How many verdicts of each status a control has. */
export const countsQuery = (control: Control): string => `${allVerdictsCte({ controls: [control] })}
SELECT status, count(*) FROM everything GROUP BY status`;

/** What a verdict is made of, as {@link verdictsQuery} answers it. */
export type VerdictCells = [
  control: string,
  status: VerdictStatus,
  account: string,
  region: string | null,
  id: string | null,
  arn: string | null,
  name: string | null,
  reason: string | null,
  /** The resource's own line first. */
  evidence: [object: string, line: number, sha256: string][] | null,
];

const CELLS = "e.control, e.status, e.account_id, e.region, e.resource_id, e.arn, e.name, e.reason";
const ORDER =
  "e.control, e.account_id, e.region, e.resource_id, e.arn, e.evidence_object, e.evidence_line, e.status, e.reason";

/**
 * Verdicts of some statuses in the order of controls, accounts, regions and resources, {@link VerdictCells} as JSON in
 * one column: a text for each row is three times as quick to fetch as one for each cell.
 */
export function verdictsQuery(queried: QueriedControls, statuses: readonly VerdictStatus[], atMost: number): string {
  const limit = Number.isFinite(atMost) ? `\nLIMIT ${atMost}` : "";
  if (!queried.controls.some((control) => hasColumn(control, "evidence")))
    return `${allVerdictsCte(queried)}
SELECT CAST(json_array(${CELLS}, CASE WHEN o.sha256 IS NOT NULL
  THEN json_array(json_array(e.evidence_object, e.evidence_line, o.sha256)) END) AS VARCHAR)
FROM everything e LEFT JOIN latest_objects o ON o.key = e.evidence_object
WHERE e.status IN (${sqlTexts(statuses)})
ORDER BY ${ORDER}${limit}`;
  return `${allVerdictsCte(queried)}, chosen AS (
  SELECT e.*, row_number() OVER (ORDER BY ${ORDER}) AS position FROM everything e
  WHERE e.status IN (${sqlTexts(statuses)})
  QUALIFY position <= ${Number.isFinite(atMost) ? atMost : Number.MAX_SAFE_INTEGER}
), cited AS (
  SELECT position, evidence_object AS object, evidence_line AS line, 0 AS rank FROM chosen WHERE evidence_line IS NOT NULL
  UNION ALL
  SELECT position, regexp_extract(each, '^(.*):[0-9]+$', 1), CAST(regexp_extract(each, ':([0-9]+)$', 1) AS bigint), 1
  FROM (SELECT position, unnest(list_distinct(list_filter(further, x -> x IS NOT NULL))) AS each FROM chosen)
), evidence AS (
  SELECT c.position, list(json_array(c.object, c.line, o.sha256) ORDER BY c.rank, c.object, c.line) AS lines
  FROM (SELECT position, object, line, min(rank) AS rank FROM cited GROUP BY ALL) c
  JOIN latest_objects o ON o.key = c.object
  GROUP BY c.position
)
SELECT CAST(json_array(${CELLS}, to_json(v.lines)) AS VARCHAR)
FROM chosen e LEFT JOIN evidence v ON v.position = e.position
ORDER BY e.position`;
}

/** Every verdict as a row of the table `verdicts`. @param run the id of the run */
export const verdictRowsQuery = (queried: QueriedControls, run: string): string => `${allVerdictsCte(queried)}
SELECT ${sqlText(run)}, e.control, f.severity, e.status, e.account_id, e.region, f.resource, e.resource_id, e.arn, e.name,
  e.reason,
  list_concat(CASE WHEN e.evidence_line IS NULL THEN [] ELSE [e.evidence_object || ':' || e.evidence_line] END,
    list_sort(list_distinct(list_filter(coalesce(e.further, []),
      x -> x IS NOT NULL AND x IS DISTINCT FROM e.evidence_object || ':' || e.evidence_line)))), f.query_sha256
FROM everything e JOIN facts f ON f.control = e.control
ORDER BY ${ORDER}`;
