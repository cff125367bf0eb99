-- title: IAM roles for GitHub Actions are limited to named repositories
-- severity: high
-- resource: AWS::IAM::Role
-- rationale: >-
--   A role that trusts the token of GitHub without a condition on its subject is open to every repository there.
-- remedy: Compare token.actions.githubusercontent.com:sub with the owner and repository.
-- mappings:
--   soc-2: [CC6.3]
--   iso-27001: [A.5.15]
WITH trusting AS (
  SELECT s.evidence_object, s.evidence_line,
         bool_or(a.audience = 'everybody') AS open,
         bool_or(a.audience = 'not known') AS unclear,
         min(CASE WHEN a.audience = 'not known' THEN a.why END) AS not_known
  FROM latest_policy_statements s
  CROSS JOIN UNNEST(s.principals) AS p (principal)
  JOIN latest_policy_audiences a
    ON a.evidence_object = s.evidence_object AND a.evidence_line = s.evidence_line AND a.policy_kind = 'trust'
   AND a.statement = s.statement
  WHERE s.resource_type = 'AWS::IAM::Role' AND s.policy_kind = 'trust' AND s.effect = 'Allow'
    AND lower(p.principal) LIKE '%token.actions.githubusercontent.com'
  GROUP BY s.evidence_object, s.evidence_line
), trusts AS (
  SELECT evidence_object, evidence_line, state, problem
  FROM latest_policies
  WHERE resource_type = 'AWS::IAM::Role' AND policy_kind = 'trust'
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN t.open THEN false WHEN NOT t.unclear THEN true END AS passes,
       'Any repository may assume it' AS reason,
       'Its trust policy is not understood: ' || coalesce(t.not_known, u.problem) AS not_known,
       ARRAY[d.evidence_object || ':' || TRY_CAST(d.evidence_line AS varchar)] AS evidence
FROM latest_aws_iam_role d
LEFT JOIN trusting t ON t.evidence_object = d.evidence_object AND t.evidence_line = d.evidence_line
LEFT JOIN trusts u ON u.evidence_object = d.evidence_object AND u.evidence_line = d.evidence_line
WHERE t.evidence_line IS NOT NULL OR coalesce(u.state, 'not known') = 'not known'
