-- title: CloudFront distributions require HTTPS from viewers
-- severity: medium
-- resource: AWS::CloudFront::Distribution
-- rationale: What is sent in clear text is read and changed on the way.
-- remedy: Set the viewer protocol policy of each behavior to redirect-to-https or https-only.
-- mappings:
--   fsbp: [CloudFront.3]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN json_extract_scalar(d.default_cache_behavior, '$.ViewerProtocolPolicy') = 'allow-all'
              OR bool_or(json_extract_scalar(b.behavior, '$.ViewerProtocolPolicy') = 'allow-all') THEN false
            WHEN json_extract_scalar(d.default_cache_behavior, '$.ViewerProtocolPolicy') IN ('https-only', 'redirect-to-https')
             -- As many as AWS counts.
             AND count(nullif(json_size(b.behavior, '$'), 0)) >= max(coalesce(TRY_CAST(json_extract_scalar(d.cache_behaviors, '$.Quantity') AS double), 0))
             AND bool_and(json_extract(d.cache_behaviors, '$.Items') IS NULL OR TRY_CAST(json_extract(d.cache_behaviors, '$.Items') AS array(json)) IS NOT NULL)
             AND bool_and(coalesce(json_size(b.behavior, '$'), 0) = 0 OR coalesce(json_extract_scalar(b.behavior, '$.ViewerProtocolPolicy') IN ('https-only', 'redirect-to-https'), false))
            THEN true END AS passes,
       'A cache behavior allows HTTP' AS reason
FROM latest_aws_cloudfront_distribution d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.cache_behaviors, '$.Items') AS array(json))) AS b (behavior) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.default_cache_behavior
