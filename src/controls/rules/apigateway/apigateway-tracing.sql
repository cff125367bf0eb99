-- title: API Gateway REST API stages have X-Ray tracing enabled
-- severity: low
-- resource: AWS::ApiGateway::Stage
-- rationale: Where a request was slow or lost is told by a trace.
-- remedy: Turn X-Ray tracing on for the stage.
-- mappings:
--   fsbp: [APIGateway.3]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.16]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.tracing_enabled, false) AS passes,
       'Tracing is off' AS reason
FROM latest_aws_apigateway_stage d
