-- title: CloudTrail S3 buckets have server access logging enabled
-- severity: low
-- resource: AWS::CloudTrail::Trail
-- rationale: Who read or deleted the record of everything is itself worth a record.
-- remedy: Turn server access logging on for the bucket.
-- mappings:
--   cis-v3: ["3.4"]
--   cis-v5: ["3.4"]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN b.name IS NOT NULL AND element_at(b.unread, 'GetBucketLogging') IS NULL
            THEN coalesce(json_extract_scalar(b.get_bucket_logging, '$.LoggingEnabled.TargetBucket'), '') <> '' END AS passes,
       'Access to the bucket ' || d.s3_bucket_name || ' is not logged' AS reason,
       CASE WHEN b.name IS NULL THEN 'The bucket ' || d.s3_bucket_name || ' is in no account that was read'
            ELSE 'The logging of the bucket ' || d.s3_bucket_name || ' was not read' END AS not_known,
       ARRAY[b.evidence_object || ':' || TRY_CAST(b.evidence_line AS varchar)] AS evidence
FROM latest_aws_cloudtrail_trail d
LEFT JOIN latest_aws_s3_bucket b ON b.name = d.s3_bucket_name
