-- title: Symmetric customer managed KMS keys rotate automatically
-- severity: medium
-- resource: AWS::KMS::Key
-- reads: [DescribeKey, GetKeyRotationStatus]
-- rationale: A key that never turns protects ever more data with the same material.
-- remedy: Turn automatic rotation on.
-- mappings:
--   cis-v3: ["3.6"]
--   cis-v5: ["3.6"]
--   pci-dss-4: ["3.7.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
-- in-part:
--   cis-v3 3.6: keys that are disabled or being deleted are not judged
--   cis-v5 3.6: keys that are disabled or being deleted are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.get_key_rotation_status, '$.KeyRotationEnabled') = 'true' AS passes,
       'Automatic rotation is off' AS reason
FROM latest_aws_kms_key d
WHERE coalesce(d.key_manager, 'CUSTOMER') = 'CUSTOMER'
  AND coalesce(d.key_spec, 'SYMMETRIC_DEFAULT') = 'SYMMETRIC_DEFAULT' AND coalesce(d.origin, 'AWS_KMS') = 'AWS_KMS'
  AND coalesce(d.key_state, 'Enabled') = 'Enabled'
