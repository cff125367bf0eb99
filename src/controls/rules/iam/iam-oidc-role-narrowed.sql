-- title: Roles for GitHub Actions name the repositories
-- severity: high
-- resource: AWS::IAM::Role
-- rationale: >-
--   A role that trusts the token of GitHub without a condition on its subject is open to every repository there.
-- remedy: Compare token.actions.githubusercontent.com:sub with the owner and repository.
-- mappings:
--   soc-2: [CC6.3]
--   iso-27001: [A.5.15]
WITH trusting AS (
  SELECT d.evidence_object, d.evidence_line,
         bool_and(coalesce(regexp_like(lower(json_format(json_extract(s.statement, '$.Condition'))),
                  'token.actions.githubusercontent.com:(sub|repository|repository_owner|repository_id|job_workflow_ref)"'), false)) AS narrowed
  FROM latest_aws_iam_role d
  CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(TRY(json_parse(url_decode(d.assume_role_policy_document))), '$.Statement') AS array(json)),
    ARRAY[json_extract(TRY(json_parse(url_decode(d.assume_role_policy_document))), '$.Statement')]))
    AS s (statement)
  WHERE json_extract_scalar(s.statement, '$.Effect') = 'Allow'
    AND json_format(json_extract(s.statement, '$.Principal')) LIKE '%token.actions.githubusercontent.com%'
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       t.narrowed AS passes,
       'any repository may assume it' AS reason
FROM latest_aws_iam_role d
LEFT JOIN trusting t ON t.evidence_object = d.evidence_object AND t.evidence_line = d.evidence_line
WHERE t.evidence_line IS NOT NULL OR TRY(json_parse(url_decode(d.assume_role_policy_document))) IS NULL
