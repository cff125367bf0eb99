-- title: CloudFront distributions are associated with a web ACL
-- severity: medium
-- resource: AWS::CloudFront::Distribution
-- rationale: Known attacks and floods of requests are turned away at the edge.
-- remedy: Associate a web ACL of AWS WAF with the distribution.
-- mappings:
--   fsbp: [CloudFront.6]
--   pci-dss-4: ["6.4.2"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.web_acl_id <> '' AS passes,
       'No web ACL' AS reason
FROM latest_aws_cloudfront_distribution d
