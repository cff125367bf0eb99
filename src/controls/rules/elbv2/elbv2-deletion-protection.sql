-- title: Load balancers have deletion protection enabled
-- severity: medium
-- resource: AWS::ElasticLoadBalancingV2::LoadBalancer
-- reads: [DescribeLoadBalancerAttributes]
-- rationale: One call, made by mistake or by an intruder, takes the service off the network.
-- remedy: Turn deletion protection on.
-- mappings:
--   fsbp: [ELB.6]
--   soc-2: [A1.2]
--   iso-27001: [A.8.14]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       bool_or(json_extract_scalar(a.attribute, '$.Key') = 'deletion_protection.enabled'
         AND json_extract_scalar(a.attribute, '$.Value') = 'true') AS passes,
       'Deletion protection is off' AS reason
FROM latest_aws_elasticloadbalancingv2_loadbalancer d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_load_balancer_attributes, '$.Attributes') AS array(json)))
  AS a (attribute) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
