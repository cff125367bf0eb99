-- title: Auto Scaling launch configurations require IMDSv2
-- severity: high
-- resource: AWS::AutoScaling::LaunchConfiguration
-- rationale: >-
--   With version 1, a web application that fetches what it is told hands out the credentials of the instance.
-- remedy: Replace the launch configuration by a launch template with HttpTokens required.
-- mappings:
--   fsbp: [AutoScaling.3]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.9]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.metadata_options, '$.HttpTokens'), 'optional') = 'required'
         OR coalesce(json_extract_scalar(d.metadata_options, '$.HttpEndpoint'), '') = 'disabled' AS passes,
       'IMDSv1 is allowed' AS reason
FROM latest_aws_autoscaling_launchconfiguration d
