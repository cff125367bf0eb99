-- title: Policies of buckets refuse requests without TLS
-- severity: medium
-- resource: AWS::S3::Bucket
-- reads: [GetBucketPolicy]
-- rationale: Without such a statement a client may send and fetch objects in clear text.
-- remedy: Deny s3:* to everybody where aws:SecureTransport is false.
-- mappings:
--   cis-v3: ["2.1.1"]
--   cis-v5: ["2.1.1"]
--   fsbp: [S3.5]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
WITH refused AS (
  SELECT DISTINCT b.evidence_object, b.evidence_line
  FROM latest_aws_s3_bucket b
  CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(TRY(json_parse(json_extract_scalar(b.get_bucket_policy, '$.Policy'))), '$.Statement') AS array(json)),
    ARRAY[json_extract(TRY(json_parse(json_extract_scalar(b.get_bucket_policy, '$.Policy'))), '$.Statement')]))
    AS s (statement)
  WHERE json_extract_scalar(s.statement, '$.Effect') = 'Deny'
    AND (json_extract_scalar(s.statement, '$.Principal') = '*'
      OR json_extract_scalar(s.statement, '$.Principal.AWS') = '*')
    AND (json_extract_scalar(s.statement, '$.Action') IN ('*', 's3:*')
      OR json_array_contains(json_extract(s.statement, '$.Action'), 's3:*'))
    AND regexp_like(lower(json_format(json_extract(s.statement, '$.Condition.Bool'))),
                    '"aws:securetransport": ?\[?"false"')
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.evidence_line IS NOT NULL THEN true
            WHEN json_extract_scalar(d.get_bucket_policy, '$.Policy') IS NULL
              OR TRY(json_parse(json_extract_scalar(d.get_bucket_policy, '$.Policy'))) IS NOT NULL THEN false END AS passes,
       'no statement denies requests without TLS' AS reason
FROM latest_aws_s3_bucket d
LEFT JOIN refused r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
