-- title: CloudFront distributions require TLS 1.2 or later from viewers
-- severity: medium
-- resource: AWS::CloudFront::Distribution
-- rationale: Earlier versions of TLS can be broken; the certificate of cloudfront.net takes them all.
-- remedy: Give the distribution a certificate of its own and the policy TLSv1.2_2021 or later.
-- mappings:
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       f.lowest IN ('1.2', '1.3') AS passes,
       'The security policy ' || f.policy || ' takes ' || CASE f.lowest WHEN '0' THEN 'SSL' ELSE 'TLS ' || f.lowest END AS reason
FROM latest_aws_cloudfront_distribution d
LEFT JOIN facts_tls_policies f
  ON f.service = 'cloudfront' AND f.policy = json_extract_scalar(d.viewer_certificate, '$.MinimumProtocolVersion')
