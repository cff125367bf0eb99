-- title: OpenSearch domains have fine-grained access control enabled
-- severity: high
-- resource: AWS::OpenSearchService::Domain
-- reads: [DescribeDomains]
-- rationale: Without it, whoever reaches the domain reads every index.
-- remedy: Turn fine-grained access control on with a master user.
-- mappings:
--   fsbp: [Opensearch.7]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.advanced_security_options, '$.Enabled') = 'true' AS passes,
       'Fine-grained access control is off' AS reason
FROM latest_aws_opensearchservice_domain d
WHERE NOT coalesce(d.deleted, false)
