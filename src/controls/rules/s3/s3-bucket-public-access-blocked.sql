-- title: S3 buckets block public access
-- severity: high
-- resource: AWS::S3::Bucket
-- reads: [GetPublicAccessBlock]
-- config-rule: true
-- rationale: A bucket that blocks public access stays closed when somebody writes a policy that is too wide.
-- remedy: Turn all four settings of Block Public Access on for the bucket.
-- mappings:
--   cis-v3: ["2.1.4"]
--   cis-v5: ["2.1.4"]
--   fsbp: [S3.8]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
-- in-part:
--   cis-v3 2.1.4: the settings of the bucket alone, where CIS takes those of the account too
--   cis-v5 2.1.4: the settings of the bucket alone, where CIS takes those of the account too
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_public_access_block, '$.PublicAccessBlockConfiguration.BlockPublicAcls') = 'true'
         AND json_extract_scalar(d.get_public_access_block, '$.PublicAccessBlockConfiguration.IgnorePublicAcls') = 'true'
         AND json_extract_scalar(d.get_public_access_block, '$.PublicAccessBlockConfiguration.BlockPublicPolicy') = 'true'
         AND json_extract_scalar(d.get_public_access_block, '$.PublicAccessBlockConfiguration.RestrictPublicBuckets') = 'true', false) AS passes,
       'Not all four settings are on' AS reason
FROM latest_aws_s3_bucket d
