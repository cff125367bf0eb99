-- title: OpenSearch domains require HTTPS with TLS 1.2 or later
-- severity: medium
-- resource: AWS::OpenSearchService::Domain
-- reads: [DescribeDomains]
-- rationale: Queries and their answers travel in clear text otherwise.
-- remedy: Require HTTPS and set the TLS policy to 1.2 or later.
-- mappings:
--   fsbp: [Opensearch.8]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp Opensearch.8: a policy of TLS 1.2 without perfect forward secrecy passes
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.domain_endpoint_options, '$.EnforceHTTPS') = 'true' AND f.lowest IN ('1.2', '1.3') AS passes,
       CASE WHEN json_extract_scalar(d.domain_endpoint_options, '$.EnforceHTTPS') = 'true'
            THEN 'The TLS policy ' || f.policy || ' takes TLS ' || f.lowest
            ELSE 'HTTPS is not required' END AS reason
FROM latest_aws_opensearchservice_domain d
LEFT JOIN facts_tls_policies f
  ON f.service = 'opensearch' AND f.policy = json_extract_scalar(d.domain_endpoint_options, '$.TLSSecurityPolicy')
WHERE NOT coalesce(d.deleted, false)
