-- title: EBS snapshots are not public
-- severity: critical
-- resource: AWS::EC2::Snapshot
-- reads: [DescribeSnapshotAttribute]
-- rationale: Anybody with an AWS account can make a volume of a public snapshot and read it.
-- remedy: Take the group all from the permissions of the snapshot, and look in CloudTrail for who copied it.
-- mappings:
--   fsbp: [EC2.1]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_and(json_extract(d.describe_snapshot_attribute, '$.CreateVolumePermissions') IS NULL OR TRY_CAST(json_extract(d.describe_snapshot_attribute, '$.CreateVolumePermissions') AS array(json)) IS NOT NULL)
            THEN bool_and(coalesce(json_extract_scalar(p.permission, '$.Group'), '') <> 'all') END AS passes,
       'Anybody can create a volume from it' AS reason
FROM latest_aws_ec2_snapshot d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_snapshot_attribute, '$.CreateVolumePermissions') AS array(json)))
  AS p (permission) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
