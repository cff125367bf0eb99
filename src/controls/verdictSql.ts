import type { Control } from "./control.ts";
import { list, text } from "./sqlText.ts";
import type { VerdictStatus } from "./verdict.ts";

/**
 * The control's own query, and around it what makes its answer a verdict: the beginning of a query, after which
 * `everything` has a row for each verdict.
 */
function allVerdictsCte({ resource, per, needs, reads, sql }: Control): string {
  // What asks for something to be there: what was found is found, but without a whole listing nothing is missing.
  const asksForOne = per !== "resource";
  const needed = asksForOne ? [resource, ...needs] : needs;
  const unread = reads.map(
    (read) => `CASE WHEN r.unread[${text(read)}] IS NOT NULL
    THEN ${text(`not read: ${read} `)} || r.unread[${text(read)}] END`,
  );
  return `WITH judged AS (
${sql}
), missing AS (
  SELECT account_id, region, resource_type || ' ' || why AS why
  FROM control_places WHERE resource_type IN (${list(["", ...needed])}) AND why IS NOT NULL
  UNION ALL
  SELECT account_id, 'global', n.resource_type || ' is read by no auditor of the run'
  FROM control_accounts, (SELECT unnest([${list(["", ...needed])}]) AS resource_type) n
  WHERE n.resource_type <> '' AND n.resource_type NOT IN (SELECT resource_type FROM control_places)
), missing_here AS (SELECT account_id, region, min(why) AS why FROM missing GROUP BY ALL
), missing_anywhere AS (SELECT account_id, min(why) AS why FROM missing GROUP BY ALL
), scope AS (SELECT * FROM control_places WHERE resource_type = ${text(resource)}
), verdicts AS (
  SELECT j.account_id, j.region, j.resource_id, j.arn, r.name, j.passes, j.reason, j.evidence_object, j.evidence_line,
         CASE WHEN NOT (${asksForOne} AND coalesce(j.passes, false)) THEN coalesce(g.why, h.why, CASE WHEN j.region = 'global' THEN a.why END, ${[...unread, "NULL"].join(", ")}) END AS not_known
  FROM judged j${
    // Where no auditor reads the type, that is said once for the account, and not in each region.
    asksForOne ? "\n  SEMI JOIN scope s ON s.account_id = j.account_id" : ""
  }
  LEFT JOIN (SELECT * FROM latest_resources WHERE resource_type = ${text(resource)}) r
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
         coalesce(not_known, CASE WHEN passes IS NULL THEN coalesce('not known whether: ' || reason, 'the evidence does not tell')
                             WHEN NOT passes THEN reason END) AS reason,
         evidence_object, evidence_line
  FROM verdicts
  UNION ALL
  SELECT CASE WHEN reason IS NULL THEN 'not-applicable' ELSE 'unknown' END,
         account_id, region, NULL, NULL, NULL, reason, NULL, NULL
  FROM unread_places
  UNION ALL
  SELECT 'unknown', s.account_id, s.region, NULL, NULL, NULL, 'not all listed: ' || s.why, NULL, NULL
  FROM scope s SEMI JOIN placed p ON p.account_id = s.account_id AND p.region = s.region
  WHERE s.why IS NOT NULL AND NOT ${asksForOne}
  UNION ALL
  SELECT 'unknown', account_id, NULL, NULL, NULL, NULL, ${text(`${resource} is read by no auditor of the run`)}, NULL, NULL
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
  object: string | null,
  line: number | null,
  sha256: string | null,
];

const CELLS =
  "e.status, e.account_id, e.region, e.resource_id, e.arn, e.name, e.reason, e.evidence_object, e.evidence_line, o.sha256";

/**
 * Verdicts of some statuses in the order of accounts, regions and resources, {@link VerdictCells} as JSON in one column:
 * a text for each row is three times as quick to fetch as one for each cell.
 */
export const verdictsQuery = (
  control: Control,
  statuses: readonly VerdictStatus[],
  atMost: number,
): string => `${allVerdictsCte(control)}
SELECT CAST(json_array(${CELLS}) AS VARCHAR)
FROM everything e LEFT JOIN latest_objects o ON o.key = e.evidence_object
WHERE e.status IN (${list(statuses)})
ORDER BY e.account_id, e.region, e.resource_id, e.arn, e.evidence_object, e.evidence_line, e.status, e.reason${
  Number.isFinite(atMost) ? `\nLIMIT ${atMost}` : ""
}`;
