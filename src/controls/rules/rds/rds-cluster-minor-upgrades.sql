-- title: Multi-AZ DB clusters have auto minor version upgrade enabled
-- severity: medium
-- resource: AWS::RDS::DBCluster
-- rationale: >-
--   A minor version mostly mends what can be exploited; one that waits for somebody waits for long.
-- remedy: Turn auto minor version upgrade on; it happens in the maintenance window.
-- mappings:
--   fsbp: [RDS.35]
--   pci-dss-4: ["6.3.3"]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.8]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.auto_minor_version_upgrade AS passes,
       'Auto minor version upgrade is off' AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine, '') NOT IN ('aurora', 'aurora-mysql', 'aurora-postgresql', 'docdb', 'neptune')
