-- title: ElastiCache replication groups have automatic failover enabled
-- severity: medium
-- resource: AWS::ElastiCache::ReplicationGroup
-- rationale: When the primary fails, somebody has to promote a replica by hand.
-- remedy: Turn automatic failover on, with a replica in another zone.
-- mappings:
--   fsbp: [ElastiCache.3]
--   soc-2: [A1.2]
--   iso-27001: [A.8.14]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.automatic_failover IN ('enabled', 'enabling') AS passes,
       'Automatic failover is off' AS reason
FROM latest_aws_elasticache_replicationgroup d
WHERE coalesce(d.status, '') <> 'deleting'
