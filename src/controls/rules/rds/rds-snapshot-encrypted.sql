-- title: RDS snapshots are encrypted
-- severity: medium
-- resource: AWS::RDS::DBSnapshot
-- rationale: >-
--   A snapshot outlives its database and is copied between accounts: what is in it is protected by nothing but its
--   encryption.
-- remedy: Copy the snapshot with a KMS key and delete the one that is not encrypted.
-- mappings:
--   fsbp: [RDS.4]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp RDS.4: instance snapshots alone; those of clusters are judged by rds-cluster-snapshot-encrypted
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.encrypted AS passes,
       'Not encrypted' AS reason
FROM latest_aws_rds_dbsnapshot d
