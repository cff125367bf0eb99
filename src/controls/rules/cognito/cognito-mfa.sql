-- title: Cognito user pools offer or require MFA
-- severity: medium
-- resource: AWS::Cognito::UserPool
-- reads: [DescribeUserPool]
-- rationale: A password alone is phished, guessed or found.
-- remedy: Set MFA to optional or required.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       nullif(d.mfa_configuration, '') <> 'OFF' AS passes,
       'MFA is off' AS reason
FROM latest_aws_cognito_userpool d
