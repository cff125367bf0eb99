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
--   fsbp RDS.40: one exported log is enough, where the requirement has a list of logs that can be set
--   fsbp RDS.42: one exported log is enough, where the requirement has a list of logs that can be set
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.engine = 'postgres' THEN count(CASE WHEN e.log = 'postgresql' THEN 1 END) > 0
            ELSE count(e.log) > 0 END AS passes,
       CASE WHEN count(e.log) = 0 THEN 'No log is exported' ELSE 'The log postgresql is not exported' END AS reason
FROM latest_aws_rds_dbinstance d
LEFT JOIN UNNEST(d.enabled_cloudwatch_logs_exports) AS e (log) ON true
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.db_cluster_identifier, '') = '' AND coalesce(d.engine, '') NOT LIKE 'custom-%'
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.engine
