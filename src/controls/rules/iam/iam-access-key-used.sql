-- title: IAM access keys were used in the last 45 days
-- severity: medium
-- resource: AWS::IAM::AccessKey
-- reads: [GetAccessKeyLastUsed]
-- rationale: A key that nobody needs is still a key.
-- remedy: Deactivate the key, wait, and delete it.
-- mappings:
--   cis-v3: ["1.12"]
--   cis-v5: ["1.11"]
--   pci-dss-4: ["8.2.6"]
--   soc-2: [CC6.2]
--   iso-27001: [A.5.18]
-- in-part:
--   cis-v3 1.12: access keys alone; passwords are judged by iam-user-password-used
--   cis-v5 1.11: access keys alone; passwords are judged by iam-user-password-used
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.status IS NOT NULL THEN date_diff('day', CASE WHEN json_extract_scalar(d.get_access_key_last_used, '$.AccessKeyLastUsed.LastUsedDate') IS NULL
                             THEN d.create_date
                             ELSE TRY_CAST(TRY(from_iso8601_timestamp(json_extract_scalar(d.get_access_key_last_used,
                               '$.AccessKeyLastUsed.LastUsedDate'))) AS timestamp) END, d.collected_at) <= 45 END AS passes,
       'Not used for more than 45 days, of ' || d.user_name AS reason
FROM latest_aws_iam_accesskey d
WHERE coalesce(d.status, 'Active') = 'Active'
