-- title: Performance Insights of RDS instances is encrypted with a key of the account
-- severity: low
-- resource: AWS::RDS::DBInstance
-- rationale: The statements that Performance Insights keeps hold the values that were asked for.
-- remedy: Turn Performance Insights on again with a customer managed key.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT coalesce(d.performance_insights_enabled, false) OR d.performance_insights_kms_key_id IS NOT NULL AS passes,
       'no key is named' AS reason
FROM latest_aws_rds_dbinstance d
