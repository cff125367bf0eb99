-- title: DB clusters export their audit or PostgreSQL log to CloudWatch Logs
-- severity: medium
-- resource: AWS::RDS::DBCluster
-- rationale: Logs that stay with the cluster are gone with it, and with them the only record of what was asked of it.
-- remedy: Export the logs that the engine has, the audit log among them.
-- mappings:
--   fsbp: [RDS.34, RDS.37, Neptune.2, DocumentDB.4]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.engine IN ('aurora-postgresql', 'postgres') THEN coalesce(bool_or(e.log = 'postgresql'), false)
            WHEN d.engine IN ('aurora-mysql', 'aurora', 'docdb', 'neptune') THEN coalesce(bool_or(e.log = 'audit'), false)
            WHEN d.engine = 'mysql' THEN count(e.log) > 0 END AS passes,
       CASE WHEN count(e.log) = 0 THEN 'No log is exported'
            WHEN d.engine IN ('aurora-postgresql', 'postgres') THEN 'The log postgresql is not exported'
            ELSE 'The audit log is not exported' END AS reason
FROM latest_aws_rds_dbcluster d
LEFT JOIN UNNEST(d.enabled_cloudwatch_logs_exports) AS e (log) ON true
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine_mode, '') <> 'serverless'
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.engine
