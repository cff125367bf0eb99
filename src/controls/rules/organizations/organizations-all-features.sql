-- title: The organization has all features enabled
-- severity: medium
-- resource: AWS::Organizations::Organization
-- rationale: Without them there are no service control policies, and no account can be held to a rule.
-- remedy: Enable all features from the management account.
-- mappings:
--   soc-2: [CC6.3]
--   iso-27001: [A.5.2]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.feature_set = 'ALL' AS passes,
       'Consolidated billing features only' AS reason
FROM latest_aws_organizations_organization d
