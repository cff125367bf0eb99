-- title: S3 buckets have server access logging enabled
-- severity: medium
-- resource: AWS::S3::Bucket
-- reads: [GetBucketLogging]
-- rationale: Who read or changed which object is told by no other log unless data events are recorded.
-- remedy: Turn server access logging on, with another bucket as the target.
-- mappings:
--   fsbp: [S3.9]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_bucket_logging, '$.LoggingEnabled.TargetBucket'), '') <> '' AS passes,
       'Access is not logged' AS reason
FROM latest_aws_s3_bucket d
