-- title: DB clusters copy tags to snapshots
-- severity: low
-- resource: AWS::RDS::DBCluster
-- rationale: >-
--   A snapshot without tags belongs to nobody: it is neither deleted nor protected by rules that go by tags.
-- remedy: Turn copying of tags to snapshots on.
-- mappings:
--   fsbp: [RDS.16, RDS.47, RDS.48, Neptune.8]
--   iso-27001: [A.5.9]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       -- Without an engine nobody knows whether this is asked of it.
       d.engine <> 'docdb' AND d.copy_tags_to_snapshot OR d.engine = 'docdb' AS passes,
       'Tags are not copied to snapshots' AS reason
FROM latest_aws_rds_dbcluster d
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine, '') <> 'docdb'
