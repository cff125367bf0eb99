-- title: Step Functions state machines have logging enabled
-- severity: medium
-- resource: AWS::StepFunctions::StateMachine
-- reads: [DescribeStateMachine]
-- rationale: Which branch an execution took, and why it failed, is told by its log.
-- remedy: Set a log level other than OFF with a log group.
-- mappings:
--   fsbp: [StepFunctions.1]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.logging_configuration, '$.level'), '') NOT IN ('', 'OFF') AS passes,
       'Logging is off' AS reason
FROM latest_aws_stepfunctions_statemachine d
WHERE coalesce(d.status, '') <> 'DELETING'
