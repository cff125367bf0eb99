-- title: Domain names of REST APIs take TLS 1.2 or later
-- severity: medium
-- resource: AWS::ApiGateway::DomainName
-- rationale: Earlier versions of TLS can be broken.
-- remedy: Set the security policy of the domain name to TLS_1_2 or a later one.
-- mappings:
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.security_policy <> 'TLS_1_0' AS passes,
       'TLS 1.0 is taken' AS reason
FROM latest_aws_apigateway_domainname d
