-- title: Application Load Balancers drop invalid header fields
-- severity: medium
-- resource: AWS::ElasticLoadBalancingV2::LoadBalancer
-- reads: [DescribeLoadBalancerAttributes]
-- rationale: Headers that two servers read in two ways smuggle one request inside another.
-- remedy: Turn dropping of invalid header fields on.
-- mappings:
--   fsbp: [ELB.4]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN min(d.type) IS NOT NULL THEN bool_or(json_extract_scalar(a.attribute, '$.Key') = 'routing.http.drop_invalid_header_fields.enabled'
         AND json_extract_scalar(a.attribute, '$.Value') = 'true') END AS passes,
       'Invalid headers are passed on' AS reason
FROM latest_aws_elasticloadbalancingv2_loadbalancer d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_load_balancer_attributes, '$.Attributes') AS array(json)))
  AS a (attribute) ON true
WHERE coalesce(d.type = 'application', true)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
