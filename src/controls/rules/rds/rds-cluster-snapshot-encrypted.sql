-- title: DB cluster snapshots are encrypted
-- severity: medium
-- resource: AWS::RDS::DBClusterSnapshot
-- rationale: >-
--   A snapshot outlives its cluster and is copied between accounts: what is in it is protected by nothing but its
--   encryption.
-- remedy: Copy the snapshot with a KMS key and delete the one that is not encrypted.
-- mappings:
--   fsbp: [RDS.4, Neptune.6]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp RDS.4: cluster snapshots alone; those of instances are judged by rds-snapshot-encrypted
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.storage_encrypted AS passes,
       'Not encrypted' AS reason
FROM latest_aws_rds_dbclustersnapshot d
