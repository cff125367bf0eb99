-- title: DB clusters have IAM database authentication enabled
-- severity: medium
-- resource: AWS::RDS::DBCluster
-- rationale: >-
--   A password that is kept in a configuration file is copied with it; a token of IAM is good for a quarter of an
--   hour.
-- remedy: Turn IAM database authentication on and move the users over.
-- mappings:
--   fsbp: [RDS.12, Neptune.7]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
-- in-part:
--   fsbp RDS.12: clusters of Aurora Serverless version 1 are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.engine IN ('aurora-mysql', 'aurora-postgresql', 'aurora', 'mysql', 'postgres', 'neptune') AND d.iam_database_authentication_enabled
         OR NOT d.engine IN ('aurora-mysql', 'aurora-postgresql', 'aurora', 'mysql', 'postgres', 'neptune') AS passes,
       'IAM authentication is off' AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine IN ('aurora-mysql', 'aurora-postgresql', 'aurora', 'mysql', 'postgres', 'neptune'), true)
  AND coalesce(d.engine_mode, '') <> 'serverless'
