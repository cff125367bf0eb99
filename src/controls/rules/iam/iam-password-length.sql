-- title: The IAM password policy requires at least 14 characters
-- severity: medium
-- resource: AWS::IAM::AccountPasswordPolicy
-- per: account
-- rationale: Short passwords are guessed; AWS asks for eight unless the account says otherwise.
-- remedy: Set the minimum length of the password policy to 14.
-- mappings:
--   cis-v3: ["1.8"]
--   cis-v5: ["1.7"]
--   pci-dss-4: ["8.3.6"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.17]
SELECT p.account_id, 'global' AS region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       w.evidence_object, w.evidence_line,
       coalesce(w.minimum_password_length, 0) >= 14 AS passes,
       'Shorter passwords are accepted' AS reason
FROM (SELECT account_id FROM latest_accounts WHERE excluded IS NULL) p
LEFT JOIN latest_aws_iam_accountpasswordpolicy w ON w.account_id = p.account_id
