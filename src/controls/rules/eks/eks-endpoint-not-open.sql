-- title: API servers of Kubernetes are not open to everybody
-- severity: high
-- resource: AWS::EKS::Cluster
-- reads: [DescribeCluster]
-- rationale: Whoever reaches the API server needs one stolen token.
-- remedy: Turn the public endpoint off, or name the networks that may reach it.
-- mappings:
--   fsbp: [EKS.1]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.resources_vpc_config, '$.endpointPublicAccess') = 'false'
         OR NOT json_array_contains(json_extract(d.resources_vpc_config, '$.publicAccessCidrs'), '0.0.0.0/0') AS passes,
       'everybody reaches the API server' AS reason
FROM latest_aws_eks_cluster d
