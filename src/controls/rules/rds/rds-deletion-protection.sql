-- title: RDS instances have deletion protection enabled
-- severity: low
-- resource: AWS::RDS::DBInstance
-- rationale: One call, made by mistake or by an intruder, deletes an instance that is not protected.
-- remedy: Turn deletion protection on.
-- mappings:
--   fsbp: [RDS.8]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
-- in-part:
--   fsbp RDS.8: members of clusters are judged with their cluster
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.deletion_protection AS passes,
       'Deletion protection is off' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.db_cluster_identifier, '') = ''
