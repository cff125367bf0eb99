-- title: CloudFront distributions use HTTPS to custom origins
-- severity: medium
-- resource: AWS::CloudFront::Distribution
-- rationale: Between the edge and the origin a request crosses the internet once more.
-- remedy: Set the origin protocol policy to https-only.
-- mappings:
--   fsbp: [CloudFront.9]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
WITH behaviors AS (
  SELECT d.evidence_object, d.evidence_line,
         CASE WHEN bool_and(json_extract(d.cache_behaviors, '$.Items') IS NULL OR TRY_CAST(json_extract(d.cache_behaviors, '$.Items') AS array(json)) IS NOT NULL)
               -- As many as AWS counts.
               AND count(nullif(json_size(b.behavior, '$'), 0)) >= max(coalesce(TRY_CAST(json_extract_scalar(d.cache_behaviors, '$.Quantity') AS double), 0))
              THEN coalesce(bool_or(json_extract_scalar(b.behavior, '$.ViewerProtocolPolicy') = 'allow-all'), false) END AS allow_http
  FROM latest_aws_cloudfront_distribution d
  LEFT JOIN UNNEST(TRY_CAST(json_extract(d.cache_behaviors, '$.Items') AS array(json))) AS b (behavior) ON true
  GROUP BY d.evidence_object, d.evidence_line
), reached AS (
  SELECT d.evidence_object, d.evidence_line,
         json_extract_scalar(o.origin, '$.CustomOriginConfig.OriginProtocolPolicy') AS policy,
         CASE WHEN coalesce(json_size(o.origin, '$'), 0) = 0 THEN NULL
              WHEN coalesce(json_extract_scalar(o.origin, '$.CustomOriginConfig.OriginProtocolPolicy'), '') = 'http-only' THEN false
              WHEN coalesce(json_extract_scalar(o.origin, '$.CustomOriginConfig.OriginProtocolPolicy'), '') = 'match-viewer'
              THEN NOT (b.allow_http OR json_extract_scalar(d.default_cache_behavior, '$.ViewerProtocolPolicy') = 'allow-all')
              WHEN coalesce(json_extract_scalar(o.origin, '$.CustomOriginConfig.OriginProtocolPolicy'), '') = 'https-only' THEN true
              WHEN json_extract(o.origin, '$.CustomOriginConfig') IS NULL
               -- How a VPC origin is reached stands in the VPC origin itself.
               AND json_extract(o.origin, '$.S3OriginConfig') IS NOT NULL THEN true END AS encrypted
  FROM latest_aws_cloudfront_distribution d
  LEFT JOIN behaviors b ON b.evidence_object = d.evidence_object AND b.evidence_line = d.evidence_line
  LEFT JOIN UNNEST(TRY_CAST(json_extract(d.origins, '$.Items') AS array(json))) AS o (origin) ON true
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(NOT r.encrypted) THEN false
            WHEN bool_and(r.encrypted IS NOT NULL)
             AND count(r.encrypted) >= max(coalesce(TRY_CAST(json_extract_scalar(d.origins, '$.Quantity') AS double), 0))
            THEN true END AS passes,
       CASE WHEN bool_or(r.policy = 'http-only')
            THEN 'An origin is reached by HTTP alone'
            ELSE 'An origin is reached as the viewer comes, and viewers may come by HTTP' END AS reason
FROM latest_aws_cloudfront_distribution d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
