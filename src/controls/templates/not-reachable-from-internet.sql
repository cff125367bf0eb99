-- Nobody on the internet reaches what a resource listens on, as far as its openings tell. reason; scope: which are judged.
WITH reached AS (
  SELECT o.evidence_object, o.evidence_line,
         coalesce(bool_or(o.audience = 'everybody'), false) AS open,
         coalesce(bool_or(o.audience = 'not known'), false) AS unclear,
         min(CASE WHEN o.audience = 'not known' THEN o.problems END) AS not_known,
         min(o.evidence) AS evidence
  FROM latest_network_openings o
  WHERE o.resource_type = '{{resource}}'
  GROUP BY o.evidence_object, o.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.open THEN false WHEN NOT r.unclear THEN true END AS passes,
       '{{reason}}' AS reason,
       'Who is let in is not known: ' || r.not_known AS not_known,
       r.evidence AS evidence
FROM {{table}} d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
WHERE {{scope}}
