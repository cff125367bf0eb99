-- title: IAM server certificates have not expired
-- severity: medium
-- resource: AWS::IAM::ServerCertificate
-- rationale: A certificate that has run out is served by mistake one day, and breaks what trusts it.
-- remedy: Delete the certificate, and keep certificates in ACM.
-- mappings:
--   cis-v3: ["1.19"]
--   cis-v5: ["1.18"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.expiration > d.collected_at AS passes,
       'The certificate has expired' AS reason
FROM latest_aws_iam_servercertificate d
