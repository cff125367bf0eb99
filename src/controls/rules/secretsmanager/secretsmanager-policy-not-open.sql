-- title: Policies of secrets let no stranger in
-- severity: critical
-- resource: AWS::SecretsManager::Secret
-- reads: [GetResourcePolicy]
-- rationale: A secret that everybody may read is none.
-- remedy: Name the principals, and block public policies.
-- mappings:
--   pci-dss-4: ["7.2.5"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
WITH statements AS (
  SELECT d.evidence_object, d.evidence_line,
         bool_or(json_extract_scalar(s.statement, '$.Effect') = 'Allow'
           AND coalesce(json_extract_scalar(s.statement, '$.Principal') = '*'
             OR json_extract_scalar(s.statement, '$.Principal.AWS') = '*'
             OR json_array_contains(json_extract(s.statement, '$.Principal.AWS'), '*'), false)
           AND coalesce(json_size(s.statement, '$.Condition'), 0) = 0) AS open,
         bool_and(coalesce(json_extract_scalar(s.statement, '$.Effect') IN ('Allow', 'Deny'), false)) AS understood
  FROM latest_aws_secretsmanager_secret d
  CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(TRY(json_parse(json_extract_scalar(d.get_resource_policy, '$.ResourcePolicy'))), '$.Statement') AS array(json)),
    ARRAY[json_extract(TRY(json_parse(json_extract_scalar(d.get_resource_policy, '$.ResourcePolicy'))), '$.Statement')]))
    AS s (statement)
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN coalesce(json_extract_scalar(d.get_resource_policy, '$.ResourcePolicy'), '') = '' THEN true
            WHEN s.open THEN false
            WHEN s.understood THEN true END AS passes,
       'its policy lets everybody in' AS reason
FROM latest_aws_secretsmanager_secret d
LEFT JOIN statements s ON s.evidence_object = d.evidence_object AND s.evidence_line = d.evidence_line
