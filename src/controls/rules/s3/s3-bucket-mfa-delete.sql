-- title: Versioned S3 buckets have MFA delete enabled
-- severity: low
-- resource: AWS::S3::Bucket
-- reads: [GetBucketVersioning]
-- rationale: With it, stolen credentials alone cannot delete what is in the bucket for good.
-- remedy: Turn MFA delete on with the credentials of the root user.
-- mappings:
--   cis-v3: ["2.1.2"]
--   cis-v5: ["2.1.2"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.13]
-- in-part:
--   cis-v3 2.1.2: buckets without versions are not judged
--   cis-v5 2.1.2: buckets without versions are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_bucket_versioning, '$.MFADelete'), '') = 'Enabled' AS passes,
       'MFA delete is off' AS reason
FROM latest_aws_s3_bucket d
WHERE json_extract_scalar(d.get_bucket_versioning, '$.Status') = 'Enabled' OR element_at(d.unread, 'GetBucketVersioning') IS NOT NULL
