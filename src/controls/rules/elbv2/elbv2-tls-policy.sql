-- title: Listeners for TLS take TLS 1.2 or later
-- severity: medium
-- resource: AWS::ElasticLoadBalancingV2::Listener
-- rationale: Earlier versions of TLS can be broken.
-- remedy: Set a security policy of TLS 1.3, such as ELBSecurityPolicy-TLS13-1-2-Res-2021-06.
-- mappings:
--   fsbp: [ELB.17]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.ssl_policy LIKE 'ELBSecurityPolicy-TLS13-1-2-%' OR d.ssl_policy LIKE 'ELBSecurityPolicy-TLS13-1-3-%'
         OR d.ssl_policy LIKE 'ELBSecurityPolicy-TLS-1-2-%' OR d.ssl_policy LIKE 'ELBSecurityPolicy-FS-1-2-%' AS passes,
       'its policy is ' || d.ssl_policy AS reason
FROM latest_aws_elasticloadbalancingv2_listener d
WHERE d.protocol IN ('HTTPS', 'TLS')
