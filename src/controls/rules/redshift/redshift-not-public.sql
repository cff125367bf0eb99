-- title: Redshift clusters are not publicly accessible
-- severity: critical
-- resource: AWS::Redshift::Cluster
-- rationale: A warehouse with a public address is one wrong security group away from the whole internet.
-- remedy: Turn PubliclyAccessible off.
-- mappings:
--   fsbp: [Redshift.1]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.publicly_accessible AS passes,
       'Has a public address' AS reason
FROM latest_aws_redshift_cluster d
WHERE coalesce(d.cluster_status, '') <> 'deleting'
