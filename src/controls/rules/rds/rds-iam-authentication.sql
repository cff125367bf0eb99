-- title: RDS instances have IAM database authentication enabled
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- config-rule: true
-- rationale: >-
--   A password that is kept in a configuration file is copied with it; a token of IAM is good for a quarter of an
--   hour.
-- remedy: Turn IAM database authentication on and move the users over.
-- mappings:
--   fsbp: [RDS.10]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
-- in-part:
--   fsbp RDS.10: members of clusters are judged with their cluster
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.engine IN ('mysql', 'mariadb', 'postgres') AND d.iam_database_authentication_enabled
         OR NOT d.engine IN ('mysql', 'mariadb', 'postgres') AS passes,
       'IAM authentication is off' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine IN ('mysql', 'mariadb', 'postgres'), true) AND coalesce(d.db_cluster_identifier, '') = ''
