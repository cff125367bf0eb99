-- title: Buckets have a lifecycle
-- severity: low
-- resource: AWS::S3::Bucket
-- reads: [GetBucketLifecycleConfiguration]
-- rationale: >-
--   What nobody deletes is kept for ever: cost, and data that had to be gone.
-- remedy: Write lifecycle rules that expire objects, old versions and unfinished uploads.
-- mappings:
--   fsbp: [S3.13]
--   soc-2: [CC6.5]
--   iso-27001: [A.8.10]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.get_bucket_lifecycle_configuration IS NOT NULL AS passes,
       'there is no lifecycle rule' AS reason
FROM latest_aws_s3_bucket d
