-- title: S3 buckets are encrypted with AWS KMS
-- severity: low
-- resource: AWS::S3::Bucket
-- reads: [GetBucketEncryption]
-- rationale: With a KMS key, who may read is decided twice and each use of the key is in CloudTrail.
-- remedy: Set the default encryption to aws:kms with a customer managed key and a bucket key.
-- mappings:
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN json_extract(d.get_bucket_encryption, '$.ServerSideEncryptionConfiguration.Rules') IS NULL OR TRY_CAST(json_extract(d.get_bucket_encryption, '$.ServerSideEncryptionConfiguration.Rules') AS array(json)) IS NOT NULL
            THEN coalesce(json_extract_scalar(r.member, '$.ApplyServerSideEncryptionByDefault.SSEAlgorithm') LIKE 'aws:kms%', false) END AS passes,
       'Objects are encrypted with keys of Amazon S3' AS reason
FROM latest_aws_s3_bucket d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.get_bucket_encryption, '$.ServerSideEncryptionConfiguration.Rules')
  AS array(json))) AS r (member) ON true
