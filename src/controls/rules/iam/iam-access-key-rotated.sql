-- title: IAM access keys are at most 90 days old
-- severity: medium
-- resource: AWS::IAM::AccessKey
-- rationale: The older a key, the more places it was copied to.
-- remedy: Make a new key, move its users over, and delete the old one; better, use a role.
-- mappings:
--   cis-v3: ["1.14"]
--   cis-v5: ["1.13"]
--   fsbp: [IAM.3]
--   pci-dss-4: ["8.3.9"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.17]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.status IS NOT NULL THEN date_diff('day', d.create_date, d.collected_at) <= 90 END AS passes,
       'Made ' || TRY_CAST(date_diff('day', d.create_date, d.collected_at) AS varchar) || ' days ago, of ' || d.user_name AS reason
FROM latest_aws_iam_accesskey d
WHERE coalesce(d.status, 'Active') = 'Active'
