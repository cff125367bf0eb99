-- title: RDS instances retain automated backups for at least seven days
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- config-rule: true
-- rationale: A loss that is noticed after the weekend is past what a shorter retention can bring back.
-- remedy: Set the backup retention period to at least 7 days.
-- mappings:
--   fsbp: [RDS.11]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
-- in-part:
--   fsbp RDS.11: members of clusters are judged with their cluster; read replicas are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.backup_retention_period >= 7 AS passes,
       'Backups are kept for ' || TRY_CAST(TRY_CAST(d.backup_retention_period AS bigint) AS varchar) || ' days' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.db_cluster_identifier, '') = '' AND coalesce(d.read_replica_source_db_instance_identifier, '') = ''
  AND coalesce(d.read_replica_source_db_cluster_identifier, '') = ''
