-- title: RDS instances have Enhanced Monitoring enabled
-- severity: low
-- resource: AWS::RDS::DBInstance
-- rationale: >-
--   What an intruder or a runaway query does on the host shows in the metrics of the operating system alone.
-- remedy: Set a monitoring interval and a role that may write the metrics.
-- mappings:
--   fsbp: [RDS.6]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.16]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.monitoring_interval > 0 AS passes,
       'Enhanced monitoring is off' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine, '') NOT IN ('neptune', 'docdb') AND coalesce(d.engine, '') NOT LIKE 'custom-%'
