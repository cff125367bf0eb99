-- title: RDS instances use a certificate authority that is valid for at least 180 more days
-- severity: high
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::RDS::Certificate]
-- rationale: >-
--   When the authority runs out, every client that checks certificates is locked out, and moving to another takes a
--   change of every client's trust store first.
-- remedy: Give the clients the bundle with the newer authorities, then modify the instance to one of them.
-- mappings:
--   soc-2: [A1.2]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       date_diff('day', d.collected_at, c.valid_till) >= 180 AS passes,
       d.ca_certificate_identifier || ' is valid till ' || TRY_CAST(TRY_CAST(c.valid_till AS date) AS varchar) AS reason,
       ARRAY[c.evidence_object || ':' || TRY_CAST(c.evidence_line AS varchar)] AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN latest_aws_rds_certificate c
  ON c.account_id = d.account_id AND c.region = d.region AND c.certificate_identifier = d.ca_certificate_identifier
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
