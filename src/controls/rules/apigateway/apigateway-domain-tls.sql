-- title: API Gateway custom domain names require TLS 1.2 or later
-- severity: medium
-- resource: AWS::ApiGateway::DomainName
-- rationale: Earlier versions of TLS can be broken.
-- remedy: Set the security policy of the domain name to TLS_1_2 or a later one.
-- mappings:
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       f.lowest IN ('1.2', '1.3') AS passes,
       'The security policy ' || d.security_policy || ' takes TLS ' || f.lowest AS reason,
       'The security policy ' || coalesce(d.security_policy, 'that is not named') || ' is in no table of policies' AS not_known
FROM latest_aws_apigateway_domainname d
LEFT JOIN facts_tls_policies f ON f.service = 'apigateway' AND f.policy = d.security_policy
