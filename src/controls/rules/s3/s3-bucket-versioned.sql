-- title: S3 buckets have versioning enabled
-- severity: low
-- resource: AWS::S3::Bucket
-- reads: [GetBucketVersioning]
-- config-rule: true
-- rationale: >-
--   An object that is overwritten or deleted, by mistake or by ransom, comes back from its earlier version.
-- remedy: Turn versioning on, with a lifecycle rule that expires old versions.
-- mappings:
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_bucket_versioning, '$.Status'), '') = 'Enabled' AS passes,
       'Versioning is off' AS reason
FROM latest_aws_s3_bucket d
