-- title: OpenSearch domains are encrypted at rest
-- severity: medium
-- resource: AWS::OpenSearchService::Domain
-- reads: [DescribeDomains]
-- rationale: An index holds what it was made from.
-- remedy: Turn encryption at rest on; it stays on.
-- mappings:
--   fsbp: [Opensearch.1]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.encryption_at_rest_options, '$.Enabled') = 'true' AS passes,
       'Not encrypted at rest' AS reason
FROM latest_aws_opensearchservice_domain d
WHERE NOT coalesce(d.deleted, false)
