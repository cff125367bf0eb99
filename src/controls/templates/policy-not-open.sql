-- The policy of a resource lets nobody in but the principals that it names. scope: which are judged.
WITH audiences AS (
  SELECT evidence_object, evidence_line,
         bool_or(audience = 'everybody') AS open,
         bool_or(audience = 'not known') AS unclear,
         min(CASE WHEN audience = 'everybody' THEN why END) AS who,
         min(CASE WHEN audience = 'not known' THEN why END) AS not_known,
         min(evidence) AS evidence
  FROM latest_policy_audiences
  WHERE resource_type = '{{resource}}' AND policy_kind = 'resource'
  GROUP BY evidence_object, evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN a.open THEN false WHEN NOT a.unclear THEN true END AS passes,
       'Its policy lets everybody in: ' || a.who AS reason,
       'Its policy is not understood: ' || a.not_known AS not_known,
       a.evidence AS evidence
FROM {{table}} d
LEFT JOIN audiences a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
WHERE {{scope}}
