-- title: RDS instances are encrypted at rest
-- severity: high
-- resource: AWS::RDS::DBInstance
-- config-rule: true
-- rationale: Whoever gets hold of a disk, a snapshot or a backup of an unencrypted database reads all of it.
-- remedy: Copy a snapshot with encryption on, restore it as a new instance and move the clients over.
-- mappings:
--   cis-v3: ["2.3.1"]
--   cis-v5: ["2.2.1"]
--   fsbp: [RDS.3]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
-- in-part:
--   cis-v3 2.3.1: members of clusters are judged with their cluster, by rds-cluster-storage-encrypted
--   cis-v5 2.2.1: members of clusters are judged with their cluster, by rds-cluster-storage-encrypted
--   fsbp RDS.3: members of clusters are judged with their cluster, by rds-cluster-storage-encrypted
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.storage_encrypted AS passes,
       'Storage is not encrypted' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.db_cluster_identifier, '') = ''
