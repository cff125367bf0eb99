-- title: ACM RSA certificates use keys of at least 2,048 bits
-- severity: high
-- resource: AWS::CertificateManager::Certificate
-- rationale: Keys of 1,024 bits are within reach of who has the machines.
-- remedy: Make or import a certificate with a longer key, or with ECDSA.
-- mappings:
--   fsbp: [ACM.2]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT regexp_like(nullif(d.key_algorithm, ''), '^RSA[-_](512|768|1024)$') AS passes,
       'The key is ' || d.key_algorithm AS reason
FROM latest_aws_certificatemanager_certificate d
