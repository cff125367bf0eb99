import { GONE_WHILE_READ, UNREADABLE } from "../evidence/item.ts";
import { sqlText, sqlTexts } from "../query/sqlText.ts";
import { type Control, hasColumn, neededBy } from "./control.ts";
import { unknownReason, type VerdictStatus } from "./verdict.ts";

/**
 * The control's own query, and around it what makes its answer a verdict: the beginning of a query, after which
 * `everything` has a row for each verdict.
 */
function allVerdictsCte(control: Control): string {
  const { resource, per, "needs-to-fail": excuses, reads, sql, title } = control;
  // What asks for something to be there: what was found is found, but without a whole listing nothing is missing.
  const asksForOne = per !== "resource";
  const needed = neededBy(control);
  const gone = `CASE WHEN r.unread[${sqlText(GONE_WHILE_READ)}] IS NOT NULL
    THEN 'gone while it was read: ' || r.unread[${sqlText(GONE_WHILE_READ)}] END`;
  const unreadable = `'not readable: ' || r.unread[${sqlText(UNREADABLE)}]`;
  const unread = reads.map(
    (read) => `CASE WHEN r.unread[${sqlText(read)}] IS NOT NULL
    THEN ${sqlText(`not read: ${read} `)} || r.unread[${sqlText(read)}] END`,
  );
  const missingOf = (types: readonly string[], toFail: boolean) => `
  SELECT account_id, region, resource_type || ' ' || why AS why, ${toFail} AS to_fail
  FROM control_places WHERE resource_type IN (${sqlTexts(["", ...types])}) AND why IS NOT NULL
  UNION ALL
  SELECT account_id, 'global', n.resource_type || ' is read by no auditor of the run', ${toFail}
  FROM control_accounts, (SELECT unnest([${sqlTexts(["", ...types])}]) AS resource_type) n
  WHERE n.resource_type <> '' AND n.resource_type NOT IN (SELECT resource_type FROM control_places)`;
  const unknown = hasColumn(control, "not_known")
    ? `coalesce(told, ${sqlText(unknownReason(title))})`
    : sqlText(unknownReason(title));
  return `WITH judged AS (
${sql}
), missing AS (${missingOf(needed, false)}
  UNION ALL${missingOf(excuses, true)}
), missing_here AS (
  SELECT account_id, region, min(why) FILTER (WHERE NOT to_fail) AS why, min(why) FILTER (WHERE to_fail) AS why_to_fail
  FROM missing GROUP BY ALL
), missing_anywhere AS (
  SELECT account_id, min(why) FILTER (WHERE NOT to_fail) AS why, min(why) FILTER (WHERE to_fail) AS why_to_fail
  FROM missing GROUP BY ALL
), scope AS (SELECT * FROM control_places WHERE resource_type = ${sqlText(resource)}
), verdicts AS (
  SELECT j.account_id, j.region, j.resource_id, j.arn, r.name, j.passes, j.reason, j.evidence_object, j.evidence_line,
         ${hasColumn(control, "evidence") ? "j.evidence" : "NULL::varchar[]"} AS further, ${hasColumn(control, "not_known") ? "j.not_known" : "NULL::varchar"} AS told,
         coalesce(
           CASE WHEN NOT (${asksForOne} AND coalesce(j.passes, false)) THEN coalesce(g.why, h.why, CASE WHEN j.region = 'global' THEN a.why END, ${[gone, unreadable, ...unread].join(", ")}) END,
           CASE WHEN NOT coalesce(j.passes, false) THEN coalesce(g.why_to_fail, h.why_to_fail, CASE WHEN j.region = 'global' THEN a.why_to_fail END) END) AS not_known
  FROM judged j${
    // Where no auditor reads the type, that is said once for the account, and not in each region.
    asksForOne ? "\n  SEMI JOIN scope s ON s.account_id = j.account_id" : ""
  }
  LEFT JOIN (SELECT * FROM latest_resources WHERE resource_type = ${sqlText(resource)}) r
    ON r.evidence_object = j.evidence_object AND r.evidence_line = j.evidence_line
  LEFT JOIN missing_here h ON h.account_id = j.account_id AND h.region = j.region
  LEFT JOIN missing_here g ON g.account_id = j.account_id AND g.region = 'global'
  LEFT JOIN missing_anywhere a ON a.account_id = j.account_id
), placed AS (
  ${
    per === "account"
      ? "SELECT account_id, region FROM scope WHERE account_id IN (SELECT account_id FROM verdicts)"
      : `SELECT DISTINCT v.account_id, coalesce(s.region, 'global') AS region
  FROM verdicts v LEFT JOIN scope s ON s.account_id = v.account_id AND s.region = v.region`
  }
), empty AS (
  SELECT s.account_id, s.region, s.why,
         CASE WHEN s.items > 0 THEN coalesce(g.why, h.why, CASE WHEN s.region = 'global' THEN a.why END) END AS not_known
  FROM scope s ANTI JOIN placed p ON p.account_id = s.account_id AND p.region = s.region
  LEFT JOIN missing_here h ON h.account_id = s.account_id AND h.region = s.region
  LEFT JOIN missing_here g ON g.account_id = s.account_id AND g.region = 'global'
  LEFT JOIN missing_anywhere a ON a.account_id = s.account_id
), reasons AS (
  SELECT account_id, region, coalesce(why, not_known) AS reason,
         count(*) OVER (PARTITION BY account_id, coalesce(why, not_known)) AS alike
  FROM empty
), unread_places AS (
  -- A gap that is the same everywhere, such as an account that lets nobody in, is said once and not in each region.
  SELECT DISTINCT r.account_id, CASE WHEN r.reason IS NULL OR r.alike = 1 OR r.alike < s.places THEN r.region END AS region,
         r.reason
  FROM reasons r JOIN (SELECT account_id, count(*) AS places FROM scope GROUP BY ALL) s ON s.account_id = r.account_id
), everything AS (
  SELECT CASE WHEN not_known IS NOT NULL OR passes IS NULL THEN 'unknown' WHEN passes THEN 'pass' ELSE 'fail' END AS status,
         account_id, region, resource_id, arn, name,
         coalesce(not_known, CASE WHEN passes IS NULL THEN ${unknown} WHEN NOT passes THEN reason END) AS reason,
         evidence_object, evidence_line, further
  FROM verdicts
  UNION ALL
  SELECT CASE WHEN reason IS NULL THEN 'not-applicable' ELSE 'unknown' END,
         account_id, region, NULL, NULL, NULL, reason, NULL, NULL, NULL
  FROM unread_places
  UNION ALL
  SELECT 'unknown', s.account_id, s.region, NULL, NULL, NULL, 'not all listed: ' || s.why, NULL, NULL, NULL
  FROM scope s SEMI JOIN placed p ON p.account_id = s.account_id AND p.region = s.region
  WHERE s.why IS NOT NULL AND NOT ${asksForOne}
  UNION ALL
  SELECT 'unknown', account_id, NULL, NULL, NULL, NULL, ${sqlText(`${resource} is read by no auditor of the run`)}, NULL, NULL, NULL
  FROM control_accounts WHERE excluded IS NULL AND account_id NOT IN (SELECT account_id FROM scope)
    AND account_id NOT IN (SELECT account_id FROM verdicts)
)`;
}

/** How many verdicts of each status there are. */
export const countsQuery = (control: Control): string => `${allVerdictsCte(control)}
SELECT status, count(*) FROM everything GROUP BY status`;

/** What a verdict is made of, as {@link verdictsQuery} answers it. */
export type VerdictCells = [
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

const CELLS = "e.status, e.account_id, e.region, e.resource_id, e.arn, e.name, e.reason";
const ORDER = "e.account_id, e.region, e.resource_id, e.arn, e.evidence_object, e.evidence_line, e.status, e.reason";

/**
 * Verdicts of some statuses in the order of accounts, regions and resources, {@link VerdictCells} as JSON in one column:
 * a text for each row is three times as quick to fetch as one for each cell.
 */
export function verdictsQuery(control: Control, statuses: readonly VerdictStatus[], atMost: number): string {
  const limit = Number.isFinite(atMost) ? `\nLIMIT ${atMost}` : "";
  if (!hasColumn(control, "evidence"))
    return `${allVerdictsCte(control)}
SELECT CAST(json_array(${CELLS}, CASE WHEN o.sha256 IS NOT NULL
  THEN json_array(json_array(e.evidence_object, e.evidence_line, o.sha256)) END) AS VARCHAR)
FROM everything e LEFT JOIN latest_objects o ON o.key = e.evidence_object
WHERE e.status IN (${sqlTexts(statuses)})
ORDER BY ${ORDER}${limit}`;
  return `${allVerdictsCte(control)}, wanted AS (
  SELECT e.*, row_number() OVER (ORDER BY ${ORDER}) AS place FROM everything e
  WHERE e.status IN (${sqlTexts(statuses)})
  QUALIFY place <= ${Number.isFinite(atMost) ? atMost : Number.MAX_SAFE_INTEGER}
), cited AS (
  SELECT place, evidence_object AS object, evidence_line AS line, 0 AS rank FROM wanted WHERE evidence_line IS NOT NULL
  UNION ALL
  SELECT place, regexp_extract(each, '^(.*):[0-9]+$', 1), CAST(regexp_extract(each, ':([0-9]+)$', 1) AS bigint), 1
  FROM (SELECT place, unnest(list_distinct(list_filter(further, x -> x IS NOT NULL))) AS each FROM wanted)
), evidence AS (
  SELECT c.place, list(json_array(c.object, c.line, o.sha256) ORDER BY c.rank, c.object, c.line) AS lines
  FROM (SELECT place, object, line, min(rank) AS rank FROM cited GROUP BY ALL) c
  JOIN latest_objects o ON o.key = c.object
  GROUP BY c.place
)
SELECT CAST(json_array(${CELLS}, to_json(v.lines)) AS VARCHAR)
FROM wanted e LEFT JOIN evidence v ON v.place = e.place
ORDER BY e.place`;
}

/** Every verdict as a row of the table `verdicts`. @param said the first columns, the same of each row */
export const verdictRowsQuery = (control: Control, said: string): string => `${allVerdictsCte(control)}
SELECT ${said}, e.status, e.account_id, e.region, ${sqlText(control.resource)}, e.resource_id, e.arn, e.name, e.reason,
  list_concat(CASE WHEN e.evidence_line IS NULL THEN [] ELSE [e.evidence_object || ':' || e.evidence_line] END,
    list_sort(list_distinct(list_filter(coalesce(e.further, []),
      x -> x IS NOT NULL AND x IS DISTINCT FROM e.evidence_object || ':' || e.evidence_line)))), ${sqlText(control.sha256)}
FROM everything e
ORDER BY ${ORDER}`;
