-- title: RDS instances do not use a default master username
-- severity: low
-- resource: AWS::RDS::DBInstance
-- rationale: Names that every instance has by default are the first to be tried with guessed passwords.
-- remedy: >-
--   Make a new instance with another master user name and move the data; the name of one that stands cannot be
--   changed.
-- mappings:
--   fsbp: [RDS.25]
--   pci-dss-4: ["2.2.2"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.9]
-- in-part:
--   fsbp RDS.25: members of clusters are judged with their cluster
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       lower(nullif(d.master_username, '')) NOT IN ('admin', 'administrator', 'postgres', 'root', 'sa') AS passes,
       'The master user is called ' || d.master_username AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.db_cluster_identifier, '') = ''
