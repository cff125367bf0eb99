-- title: RDS Performance Insights is encrypted with a customer managed key
-- severity: low
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::KMS::Key]
-- rationale: The statements that Performance Insights keeps hold the values that were asked for.
-- remedy: Turn Performance Insights on again with a customer managed key.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN NOT d.performance_insights_enabled THEN true
            WHEN d.performance_insights_enabled THEN k.key_manager = 'CUSTOMER' END AS passes,
       'The key is the one that AWS manages' AS reason,
       ARRAY[k.evidence_object || ':' || TRY_CAST(k.evidence_line AS varchar)] AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN latest_aws_kms_key k
  ON k.account_id = d.account_id AND k.region = d.region AND k.arn = d.performance_insights_kms_key_id
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine, '') <> 'neptune'
