-- title: CloudWatch log groups retain logs for at least a year
-- severity: medium
-- resource: AWS::Logs::LogGroup
-- rationale: An intrusion is found after months; logs of a week tell nothing about it.
-- remedy: Set the retention to 365 days or more, or move logs to S3 and except the group.
-- mappings:
--   pci-dss-4: ["10.5.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.log_group_class, 'STANDARD') <> 'DELIVERY' AND coalesce(d.retention_in_days, 99999) >= 365 AS passes,
       CASE WHEN d.log_group_class = 'DELIVERY' THEN 'Logs of the Delivery class are kept for one day'
            ELSE 'Kept for ' || TRY_CAST(TRY_CAST(d.retention_in_days AS bigint) AS varchar) || ' days' END AS reason
FROM latest_aws_logs_loggroup d
