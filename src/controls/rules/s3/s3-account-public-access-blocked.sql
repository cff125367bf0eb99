-- title: S3 Block Public Access is enabled for the account
-- severity: high
-- resource: AWS::S3::AccountPublicAccessBlock
-- per: account
-- rationale: One setting of the account holds whatever a bucket, an access point or an ACL says.
-- remedy: Turn all four settings of Block Public Access on for the account.
-- mappings:
--   cis-v3: ["2.1.4"]
--   cis-v5: ["2.1.4"]
--   fsbp: [S3.1]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
-- in-part:
--   cis-v3 2.1.4: the settings of the account alone, where CIS takes those of each bucket too
--   cis-v5 2.1.4: the settings of the account alone, where CIS takes those of each bucket too
SELECT p.account_id, 'global' AS region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       b.evidence_object, b.evidence_line,
       coalesce(json_extract_scalar(b.public_access_block_configuration, '$.BlockPublicAcls') = 'true'
         AND json_extract_scalar(b.public_access_block_configuration, '$.IgnorePublicAcls') = 'true'
         AND json_extract_scalar(b.public_access_block_configuration, '$.BlockPublicPolicy') = 'true'
         AND json_extract_scalar(b.public_access_block_configuration, '$.RestrictPublicBuckets') = 'true', false) AS passes,
       'Not all four settings are on' AS reason
FROM (SELECT account_id FROM latest_accounts WHERE excluded IS NULL) p
LEFT JOIN latest_aws_s3_accountpublicaccessblock b ON b.account_id = p.account_id
