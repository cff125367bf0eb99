-- title: S3 access points block public access
-- severity: critical
-- resource: AWS::S3::AccessPoint
-- reads: [GetAccessPoint]
-- rationale: An access point has a policy of its own, beside that of its bucket.
-- remedy: Make the access point again with Block Public Access; the setting cannot be changed later.
-- mappings:
--   fsbp: [S3.19]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_access_point, '$.PublicAccessBlockConfiguration.BlockPublicAcls') = 'true'
         AND json_extract_scalar(d.get_access_point, '$.PublicAccessBlockConfiguration.IgnorePublicAcls') = 'true'
         AND json_extract_scalar(d.get_access_point, '$.PublicAccessBlockConfiguration.BlockPublicPolicy') = 'true'
         AND json_extract_scalar(d.get_access_point, '$.PublicAccessBlockConfiguration.RestrictPublicBuckets') = 'true', false) AS passes,
       'Not all four settings are on' AS reason
FROM latest_aws_s3_accesspoint d
