-- title: EBS snapshots are not public
-- severity: critical
-- resource: AWS::EC2::Snapshot
-- needs: [AWS::EC2::SnapshotBlockPublicAccess]
-- needs-to-fail: [AWS::EC2::SnapshotBlockPublicAccess]
-- reads: [DescribeSnapshotAttribute]
-- rationale: Anybody with an AWS account can make a volume of a public snapshot and read it.
-- remedy: Take the group all from the permissions of the snapshot, and look in CloudTrail for who copied it.
-- mappings:
--   fsbp: [EC2.1]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
WITH blocks AS (
  -- Where all sharing is blocked, the permission stays and opens the snapshot to nobody.
  SELECT account_id, region, bool_or(state = 'block-all-sharing') AS all_sharing,
         count(state) > 0 AS known,
         min(evidence_object || ':' || TRY_CAST(evidence_line AS varchar)) AS line
  FROM latest_aws_ec2_snapshotblockpublicaccess
  GROUP BY account_id, region
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN b.all_sharing THEN true
            WHEN bool_or(json_extract_scalar(p.permission, '$.Group') = 'all') THEN CASE WHEN coalesce(b.known, true) THEN false END
            WHEN bool_and(json_extract(d.describe_snapshot_attribute, '$.CreateVolumePermissions') IS NULL OR TRY_CAST(json_extract(d.describe_snapshot_attribute, '$.CreateVolumePermissions') AS array(json)) IS NOT NULL)
             AND count(CASE WHEN coalesce(json_extract_scalar(p.permission, '$.Group'), json_extract_scalar(p.permission, '$.UserId')) IS NOT NULL THEN 1 END)
               = coalesce(json_size(d.describe_snapshot_attribute, '$.CreateVolumePermissions'), 0)
            THEN true END AS passes,
       'Anybody can create a volume from it' AS reason,
       ARRAY[b.line] AS evidence
FROM latest_aws_ec2_snapshot d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_snapshot_attribute, '$.CreateVolumePermissions') AS array(json)))
  AS p (permission) ON true
LEFT JOIN blocks b ON b.account_id = d.account_id AND b.region = d.region
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.describe_snapshot_attribute, b.all_sharing, b.known, b.line
