-- title: Redshift clusters are encrypted at rest
-- severity: medium
-- resource: AWS::Redshift::Cluster
-- rationale: The warehouse is where all data comes together.
-- remedy: Turn encryption on with a KMS key; the cluster is read-only while it is done.
-- mappings:
--   fsbp: [Redshift.10]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.encrypted AS passes,
       'Not encrypted' AS reason
FROM latest_aws_redshift_cluster d
WHERE coalesce(d.cluster_status, '') <> 'deleting'
