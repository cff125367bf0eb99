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
WITH statements AS (
  SELECT d.evidence_object, d.evidence_line,
         bool_or(json_extract_scalar(s.statement, '$.Effect') = 'Allow'
           AND coalesce(json_extract_scalar(s.statement, '$.Action') IN ('*', '*:*')
             OR json_array_contains(json_extract(s.statement, '$.Action'), '*'), false)
           AND coalesce(json_extract_scalar(s.statement, '$.Resource') = '*'
             OR json_array_contains(json_extract(s.statement, '$.Resource'), '*'), false)) AS wide,
         bool_and(coalesce(json_extract_scalar(s.statement, '$.Effect') IN ('Allow', 'Deny'), false)) AS understood
  FROM latest_aws_iam_managedpolicy d
  CROSS JOIN UNNEST(d.policy_version_list) AS v (version)
  CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(TRY(json_parse(url_decode(json_extract_scalar(v.version, '$.Document')))), '$.Statement') AS array(json)),
    ARRAY[json_extract(TRY(json_parse(url_decode(json_extract_scalar(v.version, '$.Document')))), '$.Statement')]))
    AS s (statement)
  WHERE json_extract_scalar(v.version, '$.IsDefaultVersion') = 'true'
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN s.wide THEN false
            WHEN s.understood THEN true END AS passes,
       'it allows every action on every resource' AS reason
FROM latest_aws_iam_managedpolicy d
LEFT JOIN statements s ON s.evidence_object = d.evidence_object AND s.evidence_line = d.evidence_line
WHERE d.attachment_count > 0
