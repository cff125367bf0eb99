-- title: The IAM password policy prevents reuse of the last 24 passwords
-- severity: low
-- resource: AWS::IAM::AccountPasswordPolicy
-- per: account
-- rationale: A password that leaked once must not come back.
-- remedy: Set password reuse prevention to 24.
-- mappings:
--   cis-v3: ["1.9"]
--   cis-v5: ["1.8"]
--   pci-dss-4: ["8.3.7"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.17]
SELECT p.account_id, 'global' AS region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       w.evidence_object, w.evidence_line,
       coalesce(w.password_reuse_prevention, 0) >= 24 AS passes,
       'Earlier passwords are accepted again' AS reason
FROM (SELECT account_id FROM latest_accounts WHERE excluded IS NULL) p
LEFT JOIN latest_aws_iam_accountpasswordpolicy w ON w.account_id = p.account_id
