-- title: Distributions reach their own origins by HTTPS
-- severity: medium
-- resource: AWS::CloudFront::Distribution
-- rationale: Between the edge and the origin a request crosses the internet once more.
-- remedy: Set the origin protocol policy to https-only.
-- mappings:
--   fsbp: [CloudFront.9]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_and(json_extract(d.origins, '$.Items') IS NULL OR TRY_CAST(json_extract(d.origins, '$.Items') AS array(json)) IS NOT NULL)
            THEN bool_and(coalesce(json_extract_scalar(o.origin, '$.CustomOriginConfig.OriginProtocolPolicy'), '')
                     NOT IN ('http-only', 'match-viewer')) END AS passes,
       'an origin is reached by HTTP' AS reason
FROM latest_aws_cloudfront_distribution d
CROSS JOIN UNNEST(coalesce(TRY_CAST(json_extract(d.origins, '$.Items') AS array(json)), ARRAY[TRY_CAST(NULL AS json)]))
  AS o (origin)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
