-- title: Search domains take HTTPS with TLS 1.2 or later alone
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
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.domain_endpoint_options, '$.EnforceHTTPS') = 'true'
         AND json_extract_scalar(d.domain_endpoint_options, '$.TLSSecurityPolicy') <> 'Policy-Min-TLS-1-0-2019-07' AS passes,
       'HTTPS with TLS 1.2 is not required' AS reason
FROM latest_aws_opensearchservice_domain d
WHERE NOT coalesce(d.deleted, false)
