-- title: API Gateway HTTP and WebSocket API stages have access logging enabled
-- severity: medium
-- resource: AWS::ApiGatewayV2::Stage
-- rationale: Who called which route, and how it was answered, is told by these logs.
-- remedy: Name a log group for the access logs of the stage.
-- mappings:
--   fsbp: [APIGateway.9]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.access_log_settings, '$.DestinationArn'), '') <> '' AS passes,
       'Requests are not logged' AS reason
FROM latest_aws_apigatewayv2_stage d
