-- title: The root user has no access key
-- severity: critical
-- resource: AWS::IAM::AccountSummary
-- rationale: An access key of the root user does everything, from anywhere, without MFA.
-- remedy: Delete the access keys of the root user, and use roles.
-- mappings:
--   cis-v3: ["1.4"]
--   cis-v5: ["1.3"]
--   fsbp: [IAM.4]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.2]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.summary_map, '$.AccountAccessKeysPresent') = '0' AS passes,
       'The root user has an access key' AS reason
FROM latest_aws_iam_accountsummary d
