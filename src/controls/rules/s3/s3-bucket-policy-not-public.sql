-- title: Policies of buckets let no stranger in
-- severity: critical
-- resource: AWS::S3::Bucket
-- reads: [GetBucketPolicyStatus, GetPublicAccessBlock]
-- rationale: A public policy hands what is in the bucket to everybody who knows or guesses its name.
-- remedy: Name the principals in the policy, and block public policies for the bucket and the account.
-- mappings:
--   fsbp: [S3.2, S3.3]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_bucket_policy_status, '$.PolicyStatus.IsPublic'), 'false') <> 'true'
         OR coalesce(json_extract_scalar(d.get_public_access_block,
              '$.PublicAccessBlockConfiguration.RestrictPublicBuckets'), 'false') = 'true' AS passes,
       'AWS calls the policy public' AS reason
FROM latest_aws_s3_bucket d
