-- title: Block public access for EBS snapshots is enabled
-- severity: high
-- resource: AWS::EC2::SnapshotBlockPublicAccess
-- rationale: The setting holds against a mistake in a single snapshot.
-- remedy: Block public access to snapshots in each region, for all sharing.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.state IN ('block-all-sharing', 'block-new-sharing') AS passes,
       'Snapshots can be made public' AS reason
FROM latest_aws_ec2_snapshotblockpublicaccess d
