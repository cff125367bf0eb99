-- title: EKS clusters have audit logging enabled
-- severity: medium
-- resource: AWS::EKS::Cluster
-- reads: [DescribeCluster]
-- rationale: Who did what in the cluster is told by this log alone.
-- remedy: Turn the control plane logs on, audit among them.
-- mappings:
--   fsbp: [EKS.8]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_and(json_extract(d.logging, '$.clusterLogging') IS NULL AND d.logging IS NOT NULL OR TRY_CAST(json_extract(d.logging, '$.clusterLogging') AS array(json)) IS NOT NULL)
            THEN coalesce(bool_or(json_extract_scalar(l.setup, '$.enabled') = 'true'
              AND json_array_contains(json_extract(l.setup, '$.types'), 'audit')), false) END AS passes,
       'The audit log is off' AS reason
FROM latest_aws_eks_cluster d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.logging, '$.clusterLogging') AS array(json))) AS l (setup) ON true
WHERE coalesce(d.status, '') <> 'DELETING'
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
