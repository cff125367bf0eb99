-- title: DB clusters retain automated backups for at least seven days
-- severity: medium
-- resource: AWS::RDS::DBCluster
-- rationale: A loss that is noticed after the weekend is past what a shorter retention can bring back.
-- remedy: Set the backup retention period to at least 7 days.
-- mappings:
--   fsbp: [DocumentDB.2, Neptune.5]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.backup_retention_period >= 7 AS passes,
       'Backups are kept for ' || TRY_CAST(TRY_CAST(d.backup_retention_period AS bigint) AS varchar) || ' days' AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
