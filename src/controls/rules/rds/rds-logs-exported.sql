-- title: RDS instances export logs to CloudWatch Logs
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- rationale: >-
--   Logs that stay on the instance are gone with it, and with them the only record of what was asked of the
--   database.
-- remedy: >-
--   Export the logs that the engine has: audit, error, postgresql and the like.
-- mappings:
--   fsbp: [RDS.9, RDS.36, RDS.40, RDS.42]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
-- in-part:
--   fsbp RDS.9: one exported log is enough, not each that the engine has
--   fsbp RDS.36: any log is enough
--   fsbp RDS.40: one exported log is enough
--   fsbp RDS.42: one exported log is enough
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(cardinality(d.enabled_cloudwatch_logs_exports), 0) > 0 AS passes,
       'No log is exported' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND d.db_cluster_identifier IS NULL AND coalesce(d.engine, '') NOT LIKE 'custom-%'
