-- title: EKS API server endpoints are not open to the internet
-- severity: high
-- resource: AWS::EKS::Cluster
-- reads: [DescribeCluster]
-- rationale: Whoever reaches the API server needs one stolen token.
-- remedy: Turn the public endpoint off, or name the networks that may reach it.
-- mappings:
--   fsbp: [EKS.1]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
-- in-part:
--   fsbp EKS.1: a public endpoint that named networks alone reach passes
WITH reached AS (
  SELECT o.evidence_object, o.evidence_line,
         coalesce(bool_or(o.audience = 'everybody'), false) AS open,
         coalesce(bool_or(o.audience = 'not known'), false) AS unclear,
         min(CASE WHEN o.audience = 'not known' THEN o.problems END) AS not_known,
         min(o.evidence) AS evidence
  FROM latest_network_openings o
  WHERE o.resource_type = 'AWS::EKS::Cluster'
  GROUP BY o.evidence_object, o.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.open THEN false WHEN NOT r.unclear THEN true END AS passes,
       'Everybody reaches the API server' AS reason,
       'Who is let in is not known: ' || r.not_known AS not_known,
       r.evidence AS evidence
FROM latest_aws_eks_cluster d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
