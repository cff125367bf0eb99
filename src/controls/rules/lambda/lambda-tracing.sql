-- title: Lambda functions have active tracing enabled
-- severity: low
-- resource: AWS::Lambda::Function
-- rationale: Which call of which function was slow or failed, and why, is told by a trace.
-- remedy: Set the tracing mode to Active.
-- mappings:
--   soc-2: [CC7.2]
--   iso-27001: [A.8.16]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.tracing_config, '$.Mode') = 'Active' AS passes,
       'Tracing is not active' AS reason
FROM latest_aws_lambda_function d
