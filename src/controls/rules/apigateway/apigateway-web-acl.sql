-- title: API Gateway REST API stages are associated with a web ACL
-- severity: medium
-- resource: AWS::ApiGateway::Stage
-- rationale: Known attacks and floods of requests are turned away before the API sees them.
-- remedy: Associate a web ACL of AWS WAF with the stage.
-- mappings:
--   fsbp: [APIGateway.4]
--   pci-dss-4: ["6.4.2"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.web_acl_arn, '') <> '' AS passes,
       'No web ACL' AS reason
FROM latest_aws_apigateway_stage d
