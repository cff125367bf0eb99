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
WITH statements AS (
  SELECT d.evidence_object, d.evidence_line,
         bool_or(json_extract_scalar(s.statement, '$.Effect') = 'Allow'
           AND coalesce(json_extract_scalar(s.statement, '$.Principal') = '*'
             OR json_extract_scalar(s.statement, '$.Principal.AWS') = '*'
             OR json_array_contains(json_extract(s.statement, '$.Principal.AWS'), '*'), false)
           AND coalesce(json_size(s.statement, '$.Condition'), 0) = 0) AS open,
         bool_and(coalesce(json_extract_scalar(s.statement, '$.Effect') IN ('Allow', 'Deny'), false)) AS understood
  FROM latest_aws_iam_role d
  CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(TRY(json_parse(url_decode(d.assume_role_policy_document))), '$.Statement') AS array(json)),
    ARRAY[json_extract(TRY(json_parse(url_decode(d.assume_role_policy_document))), '$.Statement')]))
    AS s (statement)
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN s.open THEN false
            WHEN s.understood THEN true END AS passes,
       'everybody may assume it' AS reason
FROM latest_aws_iam_role d
LEFT JOIN statements s ON s.evidence_object = d.evidence_object AND s.evidence_line = d.evidence_line
