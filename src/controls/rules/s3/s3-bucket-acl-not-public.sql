-- title: S3 bucket ACLs do not grant public access
-- severity: critical
-- resource: AWS::S3::Bucket
-- reads: [GetBucketAcl, GetPublicAccessBlock]
-- needs: [AWS::S3::AccountPublicAccessBlock]
-- needs-to-fail: [AWS::S3::AccountPublicAccessBlock]
-- rationale: Grants to all users, or to all users of AWS, open the bucket whatever its policy says.
-- remedy: Disable ACLs by the setting bucket owner enforced, or take the grants to the groups away.
-- mappings:
--   fsbp: [S3.2, S3.3]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
-- in-part:
--   fsbp S3.2: ACLs alone; policies are judged by s3-bucket-policy-not-public
--   fsbp S3.3: ACLs alone; policies are judged by s3-bucket-policy-not-public
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_public_access_block, '$.PublicAccessBlockConfiguration.IgnorePublicAcls'), 'false') = 'true'
         OR coalesce(bool_or(json_extract_scalar(b.public_access_block_configuration, '$.IgnorePublicAcls') = 'true'), false)
         OR bool_and(CASE WHEN json_extract(d.get_bucket_acl, '$.Grants') IS NOT NULL AND TRY_CAST(json_extract(d.get_bucket_acl, '$.Grants') AS array(json)) IS NULL
              THEN NULL ELSE coalesce(json_extract_scalar(g.member, '$.Grantee.URI'), '') NOT IN (
              'http://acs.amazonaws.com/groups/global/AllUsers',
              'http://acs.amazonaws.com/groups/global/AuthenticatedUsers') END) AS passes,
       'The ACL grants access to everybody, and neither the bucket nor the account ignores public ACLs' AS reason,
       array_agg(DISTINCT b.evidence_object || ':' || TRY_CAST(b.evidence_line AS varchar)) AS evidence
FROM latest_aws_s3_bucket d
LEFT JOIN latest_aws_s3_accountpublicaccessblock b ON b.account_id = d.account_id
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.get_bucket_acl, '$.Grants') AS array(json))) AS g (member) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.get_public_access_block
