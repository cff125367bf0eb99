-- title: API Gateway REST API stages have access logging enabled
-- severity: medium
-- resource: AWS::ApiGateway::Stage
-- rationale: Who called which method, and how it was answered, is told by these logs.
-- remedy: Name a log group or a Firehose stream for the access logs of the stage.
-- mappings:
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.access_log_settings, '$.destinationArn'), '') <> '' AS passes,
       'Requests are not logged' AS reason
FROM latest_aws_apigateway_stage d
