-- title: OpenSearch domains have node-to-node encryption enabled
-- severity: medium
-- resource: AWS::OpenSearchService::Domain
-- reads: [DescribeDomains]
-- rationale: Between the nodes the index travels in clear text otherwise.
-- remedy: Turn node-to-node encryption on.
-- mappings:
--   fsbp: [Opensearch.3]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.node_to_node_encryption_options, '$.Enabled') = 'true' AS passes,
       'Nodes talk in clear text' AS reason
FROM latest_aws_opensearchservice_domain d
WHERE NOT coalesce(d.deleted, false)
