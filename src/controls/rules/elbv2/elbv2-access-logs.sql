-- title: Load balancers have access logs enabled
-- severity: medium
-- resource: AWS::ElasticLoadBalancingV2::LoadBalancer
-- reads: [DescribeLoadBalancerAttributes]
-- rationale: Who asked for what, and from where, is told by these logs before anything else.
-- remedy: Turn access logs on, with a bucket that the service may write to.
-- mappings:
--   fsbp: [ELB.5]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
-- in-part:
--   fsbp ELB.5: Classic Load Balancers are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN min(d.type) IS NOT NULL THEN bool_or(json_extract_scalar(a.attribute, '$.Key') = 'access_logs.s3.enabled'
         AND json_extract_scalar(a.attribute, '$.Value') = 'true') END AS passes,
       'Access logs are off' AS reason
FROM latest_aws_elasticloadbalancingv2_loadbalancer d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_load_balancer_attributes, '$.Attributes') AS array(json)))
  AS a (attribute) ON true
WHERE coalesce(d.type IN ('application', 'network'), true)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
