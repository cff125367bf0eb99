-- title: DB cluster snapshots are not shared with other accounts
-- severity: medium
-- resource: AWS::RDS::DBClusterSnapshot
-- reads: [DescribeDBClusterSnapshotAttributes]
-- rationale: >-
--   A shared snapshot leaves the account with all its data, and nothing in this account tells what becomes of it
--   there.
-- remedy: Stop sharing once the copy is made; where sharing is meant, keep an exception with an owner and a date.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.5.15, A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(json_extract_scalar(a.attribute, '$.AttributeName') = 'restore' AND json_size(a.attribute, '$.AttributeValues') > 0) THEN false
            WHEN (d.snapshot_type <> 'manual' OR d.describe_db_cluster_snapshot_attributes IS NOT NULL)
             AND bool_and(json_extract(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes') IS NULL OR TRY_CAST(json_extract(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes') AS array(json)) IS NOT NULL)
             -- Every attribute tells what it is; values that are left out are none.
             AND count(json_extract_scalar(a.attribute, '$.AttributeName'))
               = coalesce(json_size(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes'), 0)
            THEN true END AS passes,
       'Other accounts can restore the snapshot' AS reason
FROM latest_aws_rds_dbclustersnapshot d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_db_cluster_snapshot_attributes, '$.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes') AS array(json))) AS a (attribute)
  ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.snapshot_type, d.describe_db_cluster_snapshot_attributes
