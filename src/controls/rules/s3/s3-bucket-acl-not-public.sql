-- title: ACLs of buckets let no stranger in
-- severity: critical
-- resource: AWS::S3::Bucket
-- reads: [GetBucketAcl, GetPublicAccessBlock]
-- rationale: Grants to all users, or to all users of AWS, open the bucket whatever its policy says.
-- remedy: Disable ACLs by the setting bucket owner enforced, or take the grants to the groups away.
-- mappings:
--   fsbp: [S3.2, S3.3]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_and(json_extract(d.get_bucket_acl, '$.Grants') IS NULL OR TRY_CAST(json_extract(d.get_bucket_acl, '$.Grants') AS array(json)) IS NOT NULL)
            THEN coalesce(json_extract_scalar(d.get_public_access_block,
                       '$.PublicAccessBlockConfiguration.IgnorePublicAcls'), 'false') = 'true'
              OR bool_and(coalesce(json_extract_scalar(g.member, '$.Grantee.URI'), '') NOT IN (
                   'http://acs.amazonaws.com/groups/global/AllUsers',
                   'http://acs.amazonaws.com/groups/global/AuthenticatedUsers')) END AS passes,
       'the ACL grants access to everybody' AS reason
FROM latest_aws_s3_bucket d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.get_bucket_acl, '$.Grants') AS array(json))) AS g (member) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.get_public_access_block
