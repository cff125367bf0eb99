-- title: The root user has MFA enabled, or no credentials
-- severity: critical
-- resource: AWS::IAM::AccountSummary
-- rationale: >-
--   Nothing limits the root user: its password alone must not be enough.
-- remedy: Register a hardware or virtual MFA device for the root user.
-- mappings:
--   cis-v3: ["1.5"]
--   cis-v5: ["1.4"]
--   pci-dss-4: ["8.4.2"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.summary_map, '$.AccountMFAEnabled') = '1'
         -- Nothing to protect: credentials of the root user were never made, or removed centrally.
         OR (coalesce(json_extract_scalar(d.summary_map, '$.AccountPasswordPresent'), '1') = '0'
             AND coalesce(json_extract_scalar(d.summary_map, '$.AccountAccessKeysPresent'), '1') = '0'
             AND coalesce(json_extract_scalar(d.summary_map, '$.AccountSigningCertificatesPresent'), '0') = '0') AS passes,
       'Root user has credentials, no MFA device' AS reason
FROM latest_aws_iam_accountsummary d
