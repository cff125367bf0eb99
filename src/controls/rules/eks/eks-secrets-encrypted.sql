-- title: EKS clusters encrypt Kubernetes secrets with a KMS key
-- severity: medium
-- resource: AWS::EKS::Cluster
-- reads: [DescribeCluster]
-- rationale: With a key, a copy of the store of the cluster tells nothing.
-- remedy: Associate an encryption configuration with a KMS key for secrets.
-- mappings:
--   fsbp: [EKS.3]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(cardinality(d.encryption_config), 0) > 0 AS passes,
       'No key is named for secrets' AS reason
FROM latest_aws_eks_cluster d
WHERE coalesce(d.status, '') <> 'DELETING'
