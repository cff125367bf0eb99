-- No inline policy of a principal allows everything. policies: the column that lists its inline policies.
WITH inline AS (
  SELECT evidence_object, evidence_line,
         bool_or(allows_everything) AS everything,
         bool_or(allows_everything IS NULL) AS unclear,
         min(CASE WHEN allows_everything THEN policy_name END) AS which,
         min(problem) AS problem,
         min(evidence) AS evidence
  FROM latest_policies
  WHERE resource_type = '{{resource}}' AND policy_kind = 'inline'
  GROUP BY evidence_object, evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN coalesce(cardinality(d.{{policies}}), 0) = 0 THEN true
            WHEN p.everything THEN false
            WHEN NOT p.unclear THEN true END AS passes,
       'Its inline policy ' || p.which || ' allows nearly every action on nearly every resource' AS reason,
       'An inline policy is not understood: ' || p.problem AS not_known,
       p.evidence AS evidence
FROM {{table}} d
LEFT JOIN inline p ON p.evidence_object = d.evidence_object AND p.evidence_line = d.evidence_line
