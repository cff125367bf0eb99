-- title: S3 buckets have an enabled lifecycle rule
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
       CASE WHEN bool_and(json_extract(d.get_bucket_lifecycle_configuration, '$.Rules') IS NULL
                  OR TRY_CAST(json_extract(d.get_bucket_lifecycle_configuration, '$.Rules') AS array(json)) IS NOT NULL)
            THEN coalesce(bool_or(json_extract_scalar(r.member, '$.Status') = 'Enabled'), false) END AS passes,
       CASE WHEN count(CASE WHEN json_size(r.member, '$') > 0 THEN 1 END) = 0 THEN 'There is no lifecycle rule' ELSE 'All lifecycle rules are disabled' END AS reason
FROM latest_aws_s3_bucket d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.get_bucket_lifecycle_configuration, '$.Rules') AS array(json))) AS r (member) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
