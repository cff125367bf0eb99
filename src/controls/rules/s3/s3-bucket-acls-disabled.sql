-- title: S3 buckets have ACLs disabled
-- severity: medium
-- resource: AWS::S3::Bucket
-- reads: [GetBucketOwnershipControls]
-- rationale: ACLs are a second way in, object by object, that no policy shows.
-- remedy: Set object ownership to BucketOwnerEnforced.
-- mappings:
--   fsbp: [S3.12]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN json_extract(d.get_bucket_ownership_controls, '$.OwnershipControls.Rules') IS NULL OR TRY_CAST(json_extract(d.get_bucket_ownership_controls, '$.OwnershipControls.Rules') AS array(json)) IS NOT NULL
            THEN coalesce(json_extract_scalar(r.member, '$.ObjectOwnership'), '') = 'BucketOwnerEnforced' END AS passes,
       'ACLs are in use' AS reason
FROM latest_aws_s3_bucket d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.get_bucket_ownership_controls, '$.OwnershipControls.Rules') AS array(json)))
  AS r (member) ON true
