-- title: Attached policies of the account do not allow everything
-- severity: high
-- resource: AWS::IAM::ManagedPolicy
-- rationale: Whoever has such a policy, or takes over what has it, owns the account.
-- remedy: Allow the actions that are used, or use AdministratorAccess where it is meant and seen.
-- mappings:
--   cis-v3: ["1.16"]
--   cis-v5: ["1.15"]
--   fsbp: [IAM.1]
--   pci-dss-4: ["7.2.5"]
--   soc-2: [CC6.3]
--   iso-27001: [A.8.2]
WITH wide AS (
  SELECT DISTINCT d.evidence_object, d.evidence_line
  FROM latest_aws_iam_managedpolicy d
  CROSS JOIN UNNEST(d.policy_version_list) AS v (version)
  CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(json_parse(url_decode(json_extract_scalar(v.version, '$.Document'))), '$.Statement') AS array(json)),
    ARRAY[json_extract(json_parse(url_decode(json_extract_scalar(v.version, '$.Document'))), '$.Statement')]))
    AS s (statement)
  WHERE json_extract_scalar(v.version, '$.IsDefaultVersion') = 'true'
    AND json_extract_scalar(s.statement, '$.Effect') = 'Allow'
    AND (json_extract_scalar(s.statement, '$.Action') IN ('*', '*:*')
      OR json_array_contains(json_extract(s.statement, '$.Action'), '*'))
    AND (json_extract_scalar(s.statement, '$.Resource') = '*'
      OR json_array_contains(json_extract(s.statement, '$.Resource'), '*'))
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN cardinality(d.policy_version_list) > 0 THEN w.evidence_line IS NULL END AS passes,
       'it allows every action on every resource' AS reason
FROM latest_aws_iam_managedpolicy d
LEFT JOIN wide w ON w.evidence_object = d.evidence_object AND w.evidence_line = d.evidence_line
WHERE d.attachment_count > 0
