-- title: IAM users receive permissions only through groups
-- severity: medium
-- resource: AWS::IAM::User
-- rationale: Permissions that hang on single users are overlooked when somebody changes teams.
-- remedy: Put the user into a group that has the policies, and take them off the user.
-- mappings:
--   cis-v3: ["1.15"]
--   cis-v5: ["1.14"]
--   fsbp: [IAM.2]
--   soc-2: [CC6.3]
--   iso-27001: [A.5.18]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(cardinality(d.user_policy_list), 0) = 0 AND coalesce(cardinality(d.attached_managed_policies), 0) = 0 AS passes,
       'Policies are attached to the user' AS reason
FROM latest_aws_iam_user d
