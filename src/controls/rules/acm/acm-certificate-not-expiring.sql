-- title: ACM certificates are valid for at least 30 more days
-- severity: medium
-- resource: AWS::CertificateManager::Certificate
-- rationale: A certificate that runs out locks everybody out at once.
-- remedy: Let ACM renew it, which takes its DNS record; import the next one where it was imported.
-- mappings:
--   fsbp: [ACM.1]
--   soc-2: [A1.2]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp ACM.1: certificates that are neither issued nor expired, such as revoked ones, are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       date_diff('day', d.collected_at, d.not_after) >= 30 AS passes,
       'Valid until ' || TRY_CAST(TRY_CAST(d.not_after AS date) AS varchar) AS reason
FROM latest_aws_certificatemanager_certificate d
WHERE coalesce(d.status, 'ISSUED') IN ('ISSUED', 'EXPIRED')
