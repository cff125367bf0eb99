-- title: RDS instances copy tags to snapshots
-- severity: low
-- resource: AWS::RDS::DBInstance
-- config-rule: true
-- rationale: Whose a snapshot is and how secret its data are is said by tags, and lost without them.
-- remedy: Turn copying of tags to snapshots on.
-- mappings:
--   fsbp: [RDS.17]
--   iso-27001: [A.5.9]
-- in-part:
--   fsbp RDS.17: members of clusters are judged with their cluster
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.copy_tags_to_snapshot AS passes,
       'Tags are not copied to snapshots' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.db_cluster_identifier, '') = ''
