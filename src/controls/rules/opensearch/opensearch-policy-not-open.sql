-- title: OpenSearch domain access policies do not grant public access
-- severity: critical
-- resource: AWS::OpenSearchService::Domain
-- reads: [DescribeDomains]
-- rationale: A domain with a public endpoint and an open policy shows what is in it to everybody who finds it.
-- remedy: Name the principals or the networks in the access policy, or move the domain into a VPC.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
WITH audiences AS (
  SELECT evidence_object, evidence_line,
         bool_or(audience = 'everybody') AS open,
         bool_or(audience = 'not known') AS unclear,
         min(CASE WHEN audience = 'everybody' THEN why END) AS who,
         min(CASE WHEN audience = 'not known' THEN why END) AS not_known,
         min(evidence) AS evidence
  FROM latest_policy_audiences
  WHERE resource_type = 'AWS::OpenSearchService::Domain' AND policy_kind = 'resource'
  GROUP BY evidence_object, evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN json_extract_scalar(d.vpc_options, '$.VPCId') <> '' THEN true
            WHEN a.open THEN false WHEN NOT a.unclear THEN true END AS passes,
       'Its policy lets everybody in: ' || a.who AS reason,
       'Its policy is not understood: ' || a.not_known AS not_known,
       a.evidence AS evidence
FROM latest_aws_opensearchservice_domain d
LEFT JOIN audiences a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
WHERE NOT coalesce(d.deleted, false)
