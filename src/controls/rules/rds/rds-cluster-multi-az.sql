-- title: DB clusters span several Availability Zones
-- severity: medium
-- resource: AWS::RDS::DBCluster
-- rationale: When a zone fails, a cluster without a second instance has nothing that can take over.
-- remedy: Add a reader in another zone.
-- mappings:
--   cis-v5: ["2.2.4"]
--   fsbp: [RDS.15]
--   soc-2: [A1.2]
--   iso-27001: [A.8.14]
-- in-part:
--   cis-v5 2.2.4: clusters alone; instances are judged by rds-multi-az
--   fsbp RDS.15: clusters of Aurora Serverless version 1 are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.multi_az AS passes,
       'All instances are in one zone' AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine_mode, '') <> 'serverless'
