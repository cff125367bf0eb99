-- title: RDS instances have auto minor version upgrade enabled
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- config-rule: true
-- rationale: Minor versions bring the fixes of known holes; an instance that waits for somebody keeps them open.
-- remedy: Turn auto minor version upgrade on; it happens in the maintenance window.
-- mappings:
--   cis-v3: ["2.3.2"]
--   cis-v5: ["2.2.2"]
--   fsbp: [RDS.13]
--   pci-dss-4: ["6.3.3"]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.8]
-- in-part:
--   cis-v3 2.3.2: members of Multi-AZ clusters are judged with their cluster
--   cis-v5 2.2.2: members of Multi-AZ clusters are judged with their cluster
--   fsbp RDS.13: members of Multi-AZ clusters are judged with their cluster
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.auto_minor_version_upgrade AS passes,
       'Auto minor version upgrade is off' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine, '') NOT IN ('docdb', 'custom-oracle-ee', 'custom-oracle-se2', 'custom-sqlserver-ee', 'custom-sqlserver-se', 'custom-sqlserver-web')
  AND NOT (coalesce(d.engine, '') IN ('mysql', 'postgres') AND coalesce(d.db_cluster_identifier, '') <> '')
