-- title: DB clusters have deletion protection enabled
-- severity: low
-- resource: AWS::RDS::DBCluster
-- rationale: One call, made by mistake or by an intruder, deletes a cluster that is not protected.
-- remedy: Turn deletion protection on.
-- mappings:
--   fsbp: [RDS.7, DocumentDB.5, Neptune.4]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.deletion_protection AS passes,
       'Deletion protection is off' AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
