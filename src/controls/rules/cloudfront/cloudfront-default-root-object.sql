-- title: CloudFront distributions have a default root object
-- severity: high
-- resource: AWS::CloudFront::Distribution
-- reads: [GetDistribution]
-- rationale: Without one, a request for the root may list what is in the bucket.
-- remedy: Name a default root object, such as index.html.
-- mappings:
--   fsbp: [CloudFront.1]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.distribution_config IS NOT NULL
            THEN coalesce(json_extract_scalar(d.distribution_config, '$.DefaultRootObject'), '') <> '' END AS passes,
       'No default root object' AS reason
FROM latest_aws_cloudfront_distribution d
