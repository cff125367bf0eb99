-- title: RDS instance certificates are valid for at least 30 more days
-- severity: high
-- resource: AWS::RDS::DBInstance
-- rationale: When the certificate of the server runs out, every client that checks it is locked out at once.
-- remedy: Rotate the certificate of the instance to the newest authority that its clients trust.
-- mappings:
--   soc-2: [A1.2]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       date_diff('day', d.collected_at, TRY(from_iso8601_timestamp(json_extract_scalar(d.certificate_details, '$.ValidTill')))) >= 30 AS passes,
       'The certificate is valid till ' || json_extract_scalar(d.certificate_details, '$.ValidTill') AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
