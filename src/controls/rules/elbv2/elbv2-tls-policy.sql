-- title: Load balancer TLS listeners require TLS 1.2 or later
-- severity: medium
-- resource: AWS::ElasticLoadBalancingV2::Listener
-- rationale: Earlier versions of TLS can be broken.
-- remedy: Set a security policy of TLS 1.3, such as ELBSecurityPolicy-TLS13-1-2-Res-2021-06.
-- mappings:
--   fsbp: [ELB.17]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp ELB.17: every policy of TLS 1.2 or later passes, and not the recommended ones alone
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.protocol IS NOT NULL THEN f.lowest IN ('1.2', '1.3') END AS passes,
       'The security policy ' || d.ssl_policy || ' takes TLS ' || f.lowest AS reason,
       CASE WHEN d.protocol IS NULL THEN 'Its protocol is not in the evidence'
            ELSE 'The security policy ' || coalesce(d.ssl_policy, 'that is not named') || ' is in no table of policies' END AS not_known
FROM latest_aws_elasticloadbalancingv2_listener d
LEFT JOIN facts_tls_policies f ON f.service = 'elb' AND f.policy = d.ssl_policy
WHERE coalesce(d.protocol IN ('HTTPS', 'TLS'), true)
