-- title: S3 bucket ACLs do not grant public access
-- severity: critical
-- resource: AWS::S3::Bucket
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
WITH accounts AS (
  SELECT account_id,
         bool_or(coalesce(json_extract_scalar(public_access_block_configuration, '$.IgnorePublicAcls'), '') = 'true') AS ignored,
         array_agg(evidence_object || ':' || TRY_CAST(evidence_line AS varchar)) AS evidence
  FROM latest_aws_s3_accountpublicaccessblock
  GROUP BY account_id
), grants AS (
  SELECT d.evidence_object, d.evidence_line,
         count(CASE WHEN json_extract_scalar(g.member, '$.Grantee.URI') IN (
           'http://acs.amazonaws.com/groups/global/AllUsers',
           'http://acs.amazonaws.com/groups/global/AuthenticatedUsers') THEN 1 END) > 0 AS public
  FROM latest_aws_s3_bucket d
  LEFT JOIN UNNEST(TRY_CAST(json_extract(d.get_bucket_acl, '$.Grants') AS array(json))) AS g (member) ON true
  GROUP BY d.evidence_object, d.evidence_line
), buckets AS (
  SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
         json_extract_scalar(d.get_public_access_block, '$.PublicAccessBlockConfiguration.IgnorePublicAcls') AS ignored,
         -- Where the owner is enforced, ACLs are disabled and open nothing.
         json_extract_scalar(d.get_bucket_ownership_controls, '$.OwnershipControls.Rules[0].ObjectOwnership') = 'BucketOwnerEnforced' AS disabled,
         -- A refusal may hide what excuses the bucket; what older evidence has no answer of excuses nothing.
         CASE WHEN element_at(d.unread, 'GetPublicAccessBlock') <> 'was not asked'
              THEN element_at(d.unread, 'GetPublicAccessBlock') END AS block_unread,
         CASE WHEN element_at(d.unread, 'GetBucketAcl') IS NULL
               AND (json_extract(d.get_bucket_acl, '$.Grants') IS NULL
                 OR TRY_CAST(json_extract(d.get_bucket_acl, '$.Grants') AS array(json)) IS NOT NULL)
              THEN g.public END AS public
  FROM latest_aws_s3_bucket d
  LEFT JOIN grants g ON g.evidence_object = d.evidence_object AND g.evidence_line = d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.ignored = 'true' OR b.ignored OR d.disabled THEN true
            WHEN NOT d.public THEN true
            WHEN d.public AND d.block_unread IS NULL THEN false END AS passes,
       'The ACL grants access to everybody, and neither the bucket nor the account ignores public ACLs' AS reason,
       CASE WHEN d.public IS NULL THEN 'The ACL was not read'
            ELSE 'The ACL grants access to everybody; whether the bucket ignores public ACLs was not read' END AS not_known,
       b.evidence AS evidence
FROM buckets d
LEFT JOIN accounts b ON b.account_id = d.account_id
