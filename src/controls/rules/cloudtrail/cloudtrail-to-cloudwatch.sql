-- title: CloudTrail trails deliver to CloudWatch Logs
-- severity: low
-- resource: AWS::CloudTrail::Trail
-- rationale: Alarms on what was called need the calls where metric filters find them.
-- remedy: Name a log group and a role for the trail.
-- mappings:
--   fsbp: [CloudTrail.5]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.16]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.cloud_watch_logs_log_group_arn, '') <> '' AS passes,
       'No log group is named' AS reason
FROM latest_aws_cloudtrail_trail d
