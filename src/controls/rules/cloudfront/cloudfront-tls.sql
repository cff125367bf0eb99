-- title: Distributions take TLS 1.2 or later
-- severity: medium
-- resource: AWS::CloudFront::Distribution
-- rationale: Earlier versions of TLS can be broken; the certificate of cloudfront.net takes them all.
-- remedy: Give the distribution a certificate of its own and the policy TLSv1.2_2021 or later.
-- mappings:
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.viewer_certificate, '$.MinimumProtocolVersion') LIKE 'TLSv1.2%'
         OR json_extract_scalar(d.viewer_certificate, '$.MinimumProtocolVersion') LIKE 'TLSv1.3%' AS passes,
       'the lowest version is ' || json_extract_scalar(d.viewer_certificate, '$.MinimumProtocolVersion') AS reason
FROM latest_aws_cloudfront_distribution d
