-- title: CloudWatch log groups are encrypted with a KMS key
-- severity: low
-- resource: AWS::Logs::LogGroup
-- rationale: >-
--   Logs hold what programs were told: with a key, reading them is a second permission.
-- remedy: Associate a KMS key with the log group.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.kms_key_id, '') <> '' AS passes,
       'No key is named' AS reason
FROM latest_aws_logs_loggroup d
