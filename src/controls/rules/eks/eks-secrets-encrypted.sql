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
       CASE WHEN coalesce(cardinality(d.encryption_config), 0) = 0 THEN false
            WHEN bool_or(json_array_contains(json_extract(c.member, '$.resources'), 'secrets')
              AND json_extract_scalar(c.member, '$.provider.keyArn') <> '') THEN true END AS passes,
       'No key is named for secrets' AS reason
FROM latest_aws_eks_cluster d
LEFT JOIN UNNEST(d.encryption_config) AS c (member) ON true
WHERE coalesce(d.status, '') <> 'DELETING'
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.encryption_config
