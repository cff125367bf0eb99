-- title: No role trusts everybody
-- severity: critical
-- resource: AWS::IAM::Role
-- rationale: >-
--   A trust policy that names * and asks for nothing else lets any AWS account in the world become the role.
-- remedy: Name the principals, and ask for an external id where they are others.
-- mappings:
--   pci-dss-4: ["7.2.5"]
--   soc-2: [CC6.3]
--   iso-27001: [A.5.15]
WITH open AS (
  SELECT DISTINCT d.evidence_object, d.evidence_line
  FROM latest_aws_iam_role d
  CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(json_parse(url_decode(d.assume_role_policy_document)), '$.Statement') AS array(json)),
    ARRAY[json_extract(json_parse(url_decode(d.assume_role_policy_document)), '$.Statement')]))
    AS s (statement)
  WHERE json_extract_scalar(s.statement, '$.Effect') = 'Allow'
    AND (json_extract_scalar(s.statement, '$.Principal') = '*'
      OR json_extract_scalar(s.statement, '$.Principal.AWS') = '*'
      OR json_array_contains(json_extract(s.statement, '$.Principal.AWS'), '*'))
    AND json_size(s.statement, '$.Condition') = 0
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.assume_role_policy_document IS NOT NULL THEN o.evidence_line IS NULL END AS passes,
       'everybody may assume it' AS reason
FROM latest_aws_iam_role d
LEFT JOIN open o ON o.evidence_object = d.evidence_object AND o.evidence_line = d.evidence_line
