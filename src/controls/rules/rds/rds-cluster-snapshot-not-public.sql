-- title: DB cluster snapshots are not public
-- severity: critical
-- resource: AWS::RDS::DBClusterSnapshot
-- reads: [DescribeDBClusterSnapshotAttributes]
-- rationale: Anybody with an AWS account can restore a public snapshot and read the database.
-- remedy: Take the value all from the attribute restore of the snapshot, and look in CloudTrail for who copied it.
-- mappings:
--   fsbp: [RDS.1, DocumentDB.3, Neptune.3]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
-- in-part:
--   fsbp RDS.1: cluster snapshots alone; those of instances are judged by rds-snapshot-not-public
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(json_extract_scalar(a.attribute, '$.AttributeName') = 'restore' AND json_array_contains(json_extract(a.attribute, '$.AttributeValues'), 'all')) THEN false
            WHEN (d.snapshot_type <> 'manual' OR d.describe_db_cluster_snapshot_attributes IS NOT NULL)
             AND bool_and(json_extract(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes') IS NULL OR TRY_CAST(json_extract(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes') AS array(json)) IS NOT NULL)
             -- Every attribute tells what it is; values that are left out are none.
             AND count(json_extract_scalar(a.attribute, '$.AttributeName'))
               = coalesce(json_size(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes'), 0)
            THEN true END AS passes,
       'Anybody can restore the snapshot' AS reason
FROM latest_aws_rds_dbclustersnapshot d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes') AS array(json))) AS a (attribute)
  ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.snapshot_type, d.describe_db_cluster_snapshot_attributes
