-- title: Routes of HTTP and WebSocket APIs ask who calls
-- severity: medium
-- resource: AWS::ApiGatewayV2::Route
-- rationale: A route without authorization is open to everybody who finds it.
-- remedy: Give the route an authorizer, or AWS_IAM.
-- mappings:
--   fsbp: [APIGateway.8]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.authorization_type <> 'NONE' AS passes,
       'anybody may call it' AS reason
FROM latest_aws_apigatewayv2_route d
