-- title: Redshift clusters retain automated snapshots for at least seven days
-- severity: medium
-- resource: AWS::Redshift::Cluster
-- rationale: A loss that is noticed after the weekend is past what a shorter retention can bring back.
-- remedy: Set the automated snapshot retention to at least 7 days.
-- mappings:
--   fsbp: [Redshift.3]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.automated_snapshot_retention_period >= 7 AS passes,
       'Snapshots are kept for less than seven days' AS reason
FROM latest_aws_redshift_cluster d
WHERE coalesce(d.cluster_status, '') <> 'deleting'
