-- title: OpenSearch domains are in a VPC
-- severity: critical
-- resource: AWS::OpenSearchService::Domain
-- reads: [DescribeDomains]
-- rationale: A public endpoint leaves nothing but an access policy between the index and everybody.
-- remedy: Make the domain again in a VPC and move the data by a snapshot.
-- mappings:
--   fsbp: [Opensearch.2]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.vpc_options, '$.VPCId'), '') <> '' AS passes,
       'The endpoint is public' AS reason
FROM latest_aws_opensearchservice_domain d
WHERE NOT coalesce(d.deleted, false)
