-- title: EKS clusters run a Kubernetes version in standard support
-- severity: high
-- resource: AWS::EKS::Cluster
-- reads: [DescribeCluster]
-- rationale: After its standard support a version costs more each hour, and after the extended one AWS upgrades it unasked.
-- remedy: Upgrade the control plane version by version, and the nodes and add-ons after it.
-- mappings:
--   fsbp: [EKS.2]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.8]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       TRY_CAST(f.ends AS date) > TRY_CAST(d.collected_at AS date) AS passes,
       'Standard support of Kubernetes ' || d.version || ' ended on ' || f.ends AS reason,
       'Kubernetes ' || coalesce(d.version, 'of a version that is not named') || ' is in no table of versions yet' AS not_known
FROM latest_aws_eks_cluster d
LEFT JOIN facts_eks_versions f ON f.version = d.version
WHERE coalesce(d.status, '') <> 'DELETING'
