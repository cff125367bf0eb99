-- title: ElastiCache replication groups are encrypted at rest
-- severity: medium
-- resource: AWS::ElastiCache::ReplicationGroup
-- rationale: >-
--   What is cached is often what is secret: sessions and personal data.
-- remedy: Make the group again with encryption at rest.
-- mappings:
--   fsbp: [ElastiCache.4]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.at_rest_encryption_enabled AS passes,
       'Not encrypted at rest' AS reason
FROM latest_aws_elasticache_replicationgroup d
WHERE coalesce(d.status, '') <> 'deleting'
