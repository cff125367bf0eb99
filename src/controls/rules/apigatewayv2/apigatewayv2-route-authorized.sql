-- title: API Gateway HTTP and WebSocket API routes require authorization
-- severity: medium
-- resource: AWS::ApiGatewayV2::Route
-- needs: [AWS::ApiGatewayV2::Api]
-- rationale: A route without authorization is open to everybody who finds it.
-- remedy: Give the route an authorizer, or AWS_IAM.
-- mappings:
--   fsbp: [APIGateway.8]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
-- in-part:
--   fsbp APIGateway.8: routes of WebSocket APIs other than $connect and preflight requests are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN nullif(d.authorization_type, '') <> 'NONE' THEN true
            WHEN a.protocol_type IN ('HTTP', 'WEBSOCKET') OR coalesce(d.route_key, ' /') LIKE '% /%' OR d.route_key = '$connect'
            THEN nullif(d.authorization_type, '') <> 'NONE' END AS passes,
       'Anybody may call the route ' || coalesce(d.route_key, d.resource_id) AS reason,
       ARRAY[a.evidence_object || ':' || TRY_CAST(a.evidence_line AS varchar)] AS evidence
FROM latest_aws_apigatewayv2_route d
LEFT JOIN latest_aws_apigatewayv2_api a
  ON a.account_id = d.account_id AND a.region = d.region AND a.api_id = d.api_id
WHERE NOT (coalesce(a.protocol_type, '') = 'WEBSOCKET' AND coalesce(d.route_key, '') <> '$connect')
  -- The preflight request of a browser bears no credentials.
  AND coalesce(d.route_key, '') NOT LIKE 'OPTIONS %'
