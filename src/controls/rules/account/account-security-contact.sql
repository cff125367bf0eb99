-- title: The account has an alternate contact for security
-- severity: medium
-- resource: AWS::Account::AlternateContact
-- per: account
-- rationale: A warning that goes to the mailbox of whoever once opened the account is read by nobody.
-- remedy: Set the alternate contact for security, best from the management account for all.
-- mappings:
--   cis-v3: ["1.2"]
--   cis-v5: ["1.2"]
--   fsbp: [Account.1]
--   soc-2: [CC7.4]
--   iso-27001: [A.5.24]
SELECT p.account_id, 'global' AS region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       c.evidence_object, c.evidence_line,
       c.evidence_line IS NOT NULL AS passes,
       'No alternate contact for security' AS reason
FROM (SELECT account_id FROM latest_accounts WHERE excluded IS NULL) p
LEFT JOIN latest_aws_account_alternatecontact c ON c.account_id = p.account_id AND c.alternate_contact_type = 'SECURITY'
