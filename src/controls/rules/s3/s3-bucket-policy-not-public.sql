-- title: S3 bucket policies do not grant public access
-- severity: critical
-- resource: AWS::S3::Bucket
-- needs: [AWS::S3::AccountPublicAccessBlock]
-- needs-to-fail: [AWS::S3::AccountPublicAccessBlock]
-- rationale: A public policy hands what is in the bucket to everybody who knows or guesses its name.
-- remedy: Name the principals in the policy, and block public policies for the bucket and the account.
-- mappings:
--   fsbp: [S3.2, S3.3]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
-- in-part:
--   fsbp S3.2: policies alone; ACLs are judged by s3-bucket-acl-not-public
--   fsbp S3.3: policies alone; ACLs are judged by s3-bucket-acl-not-public
WITH audiences AS (
  SELECT evidence_object, evidence_line,
         bool_or(audience = 'everybody') AS open,
         bool_or(audience = 'not known') AS unclear,
         min(CASE WHEN audience = 'not known' THEN why END) AS not_known
  FROM latest_policy_audiences
  WHERE resource_type = 'AWS::S3::Bucket' AND policy_kind = 'resource'
  GROUP BY evidence_object, evidence_line
), accounts AS (
  SELECT account_id,
         bool_or(coalesce(json_extract_scalar(public_access_block_configuration, '$.RestrictPublicBuckets'), '') = 'true')
           AS restricted,
         array_agg(evidence_object || ':' || TRY_CAST(evidence_line AS varchar)) AS evidence
  FROM latest_aws_s3_accountpublicaccessblock
  GROUP BY account_id
), buckets AS (
  SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
         json_extract_scalar(d.get_bucket_policy_status, '$.PolicyStatus.IsPublic') AS public,
         json_extract_scalar(d.get_public_access_block, '$.PublicAccessBlockConfiguration.RestrictPublicBuckets')
           AS restricted,
         -- A refusal may hide what excuses the bucket; what older evidence has no answer of excuses nothing.
         CASE WHEN element_at(d.unread, 'GetPublicAccessBlock') <> 'was not asked'
              THEN element_at(d.unread, 'GetPublicAccessBlock') END AS block_unread
  FROM latest_aws_s3_bucket d
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.restricted = 'true' OR coalesce(b.restricted, false) THEN true
            WHEN d.public = 'false' THEN true
            WHEN d.public = 'true' OR a.open THEN CASE WHEN d.block_unread IS NULL THEN false END
            WHEN NOT a.unclear THEN true END AS passes,
       'Its policy is public' AS reason,
       CASE WHEN d.public = 'true' OR a.open
            THEN 'Its policy is public; whether the bucket restricts public policies was not read'
            ELSE 'Its policy is not understood: ' || a.not_known END AS not_known,
       b.evidence AS evidence
FROM buckets d
LEFT JOIN accounts b ON b.account_id = d.account_id
LEFT JOIN audiences a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
