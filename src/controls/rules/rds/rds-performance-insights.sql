-- title: RDS instances have Performance Insights enabled
-- severity: low
-- resource: AWS::RDS::DBInstance
-- rationale: Which statement held the database up, and since when, is seen afterwards nowhere else.
-- remedy: Turn Performance Insights on; seven days are kept at no charge.
-- mappings:
--   soc-2: [CC7.2]
--   iso-27001: [A.8.16]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.performance_insights_enabled AS passes,
       'Performance Insights is off' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine, '') <> 'neptune' AND coalesce(d.engine, '') NOT LIKE 'custom-%'
