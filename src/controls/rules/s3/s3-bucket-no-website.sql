-- title: S3 buckets have static website hosting disabled
-- severity: medium
-- resource: AWS::S3::Bucket
-- reads: [GetBucketWebsite]
-- rationale: A website endpoint of S3 speaks HTTP alone and has to be public.
-- remedy: Serve the site by CloudFront with an origin access control, and delete the website configuration.
-- mappings:
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract(d.get_bucket_website, '$.IndexDocument') IS NULL
         AND json_extract(d.get_bucket_website, '$.RedirectAllRequestsTo') IS NULL AS passes,
       'Serves a website' AS reason
FROM latest_aws_s3_bucket d
