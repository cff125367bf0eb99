-- title: DB clusters do not use a default master username
-- severity: low
-- resource: AWS::RDS::DBCluster
-- rationale: >-
--   Who guesses passwords has half of the way behind him when the name is the one in the manual.
-- remedy: >-
--   Restore the cluster under another master user name and move the data; the name of one that stands cannot be changed.
-- mappings:
--   fsbp: [RDS.24]
--   pci-dss-4: ["2.2.2"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.9]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       lower(nullif(d.master_username, '')) NOT IN ('admin', 'administrator', 'postgres', 'root') AS passes,
       'The master user is called ' || d.master_username AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine, '') <> 'neptune'
