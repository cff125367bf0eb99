-- title: Endpoints of DMS connect with TLS
-- severity: medium
-- resource: AWS::DMS::Endpoint
-- rationale: All of a database travels through an endpoint.
-- remedy: Set the SSL mode of the endpoint to require or verify.
-- mappings:
--   fsbp: [DMS.9]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.ssl_mode <> 'none' AS passes,
       'it connects without TLS' AS reason
FROM latest_aws_dms_endpoint d
WHERE d.engine_name NOT IN ('s3', 'dynamodb', 'kinesis', 'opensearch', 'elasticsearch', 'neptune')
