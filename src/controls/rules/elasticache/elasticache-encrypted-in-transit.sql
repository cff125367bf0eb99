-- title: ElastiCache replication groups require encryption in transit
-- severity: medium
-- resource: AWS::ElastiCache::ReplicationGroup
-- rationale: Between a client and the cache everything travels in clear text unless TLS is on.
-- remedy: >-
--   Turn encryption in transit on: preferred first, then required.
-- mappings:
--   fsbp: [ElastiCache.5]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.transit_encryption_enabled AND coalesce(d.transit_encryption_mode, 'required') = 'required' AS passes,
       'TLS is not required' AS reason
FROM latest_aws_elasticache_replicationgroup d
WHERE coalesce(d.status, '') <> 'deleting'
