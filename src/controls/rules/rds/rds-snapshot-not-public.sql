-- title: RDS snapshots are not public
-- severity: critical
-- resource: AWS::RDS::DBSnapshot
-- reads: [DescribeDBSnapshotAttributes]
-- rationale: Anybody with an AWS account can restore a public snapshot and read the database.
-- remedy: Take the value all from the attribute restore of the snapshot, and look in CloudTrail for who copied it.
-- mappings:
--   fsbp: [RDS.1]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
-- in-part:
--   fsbp RDS.1: instance snapshots alone; those of clusters are judged by rds-cluster-snapshot-not-public
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(json_extract_scalar(a.attribute, '$.AttributeName') = 'restore' AND json_array_contains(json_extract(a.attribute, '$.AttributeValues'), 'all')) THEN false
            WHEN (d.snapshot_type <> 'manual' OR d.describe_db_snapshot_attributes IS NOT NULL)
             AND bool_and(json_extract(d.describe_db_snapshot_attributes, '$.DBSnapshotAttributesResult.DBSnapshotAttributes') IS NULL OR TRY_CAST(json_extract(d.describe_db_snapshot_attributes, '$.DBSnapshotAttributesResult.DBSnapshotAttributes') AS array(json)) IS NOT NULL)
             -- Every attribute tells what it is; values that are left out are none.
             AND count(json_extract_scalar(a.attribute, '$.AttributeName'))
               = coalesce(json_size(d.describe_db_snapshot_attributes, '$.DBSnapshotAttributesResult.DBSnapshotAttributes'), 0)
            THEN true END AS passes,
       'Anybody can restore the snapshot' AS reason
FROM latest_aws_rds_dbsnapshot d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_db_snapshot_attributes, '$.DBSnapshotAttributesResult.DBSnapshotAttributes') AS array(json))) AS a (attribute)
  ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.snapshot_type, d.describe_db_snapshot_attributes
