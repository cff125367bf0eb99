-- title: DMS endpoints use TLS
-- severity: medium
-- resource: AWS::DMS::Endpoint
-- rationale: All of a database travels through an endpoint.
-- remedy: Set the SSL mode of the endpoint to require or verify.
-- mappings:
--   fsbp: [DMS.9]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp DMS.9: endpoints whose connection is encrypted without DMS, such as S3 and Redshift, are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE d.engine_name
         WHEN 'redis' THEN json_extract_scalar(d.redis_settings, '$.SslSecurityProtocol') = 'ssl-encryption'
         WHEN 'kafka' THEN json_extract_scalar(d.kafka_settings, '$.SecurityProtocol') IN ('ssl-encryption', 'ssl-authentication', 'sasl-ssl')
         ELSE CASE WHEN d.engine_name IS NOT NULL THEN nullif(d.ssl_mode, '') <> 'none' END END AS passes,
       CASE WHEN d.engine_name IN ('redis', 'kafka') THEN 'The security protocol is plaintext' ELSE 'The SSL mode is none' END AS reason
FROM latest_aws_dms_endpoint d
-- These are reached by the API of AWS, which is TLS alone; Redshift's connection is encrypted whatever DMS sets.
WHERE coalesce(d.engine_name, '') NOT IN ('s3', 'dynamodb', 'kinesis', 'opensearch', 'elasticsearch', 'neptune', 'timestream', 'redshift', 'redshift-serverless')
  AND coalesce(d.status, '') <> 'deleting'
