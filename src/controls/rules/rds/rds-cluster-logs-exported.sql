-- title: Aurora, DocumentDB and Neptune clusters send their logs to CloudWatch Logs
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
       CASE WHEN d.engine IS NOT NULL THEN coalesce(cardinality(d.enabled_cloudwatch_logs_exports), 0) > 0 END AS passes,
       'no log is exported' AS reason
FROM latest_aws_rds_dbcluster d
