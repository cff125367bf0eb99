-- title: Lambda function URLs require IAM authentication
-- severity: high
-- resource: AWS::Lambda::Url
-- rationale: A URL without authentication is a public program.
-- remedy: Set the auth type to AWS_IAM, or put API Gateway with an authorizer in front.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.auth_type = 'AWS_IAM' AS passes,
       'Everybody may call the URL' AS reason
FROM latest_aws_lambda_url d
