-- title: S3 bucket policies deny requests without TLS
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
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       p.refuses_plain_http AS passes,
       'Requests without TLS are not all denied, to the bucket and to its objects' AS reason,
       'Its policy is not understood: ' || p.problem AS not_known,
       p.evidence AS evidence
FROM latest_aws_s3_bucket d
LEFT JOIN latest_policies p
  ON p.resource_type = 'AWS::S3::Bucket' AND p.evidence_object = d.evidence_object AND p.evidence_line = d.evidence_line
