-- title: DB clusters are encrypted at rest
-- severity: high
-- resource: AWS::RDS::DBCluster
-- rationale: The volume of a cluster holds every database in it, and its snapshots are as open as the volume.
-- remedy: Restore a snapshot of the cluster with a KMS key and move the clients over.
-- mappings:
--   fsbp: [RDS.27, DocumentDB.1, Neptune.1]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.storage_encrypted AS passes,
       'Storage is not encrypted' AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
