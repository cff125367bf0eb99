-- title: ElastiCache replication groups have automatic backups enabled
-- severity: high
-- resource: AWS::ElastiCache::ReplicationGroup
-- rationale: What is kept in Redis or Valkey alone is gone with the nodes.
-- remedy: Set a snapshot retention of a day or more.
-- mappings:
--   fsbp: [ElastiCache.1]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
-- in-part:
--   fsbp ElastiCache.1: clusters outside of replication groups are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.snapshot_retention_limit, 0) >= 1 AS passes,
       'No automatic backups' AS reason
FROM latest_aws_elasticache_replicationgroup d
WHERE coalesce(d.status, '') <> 'deleting'
