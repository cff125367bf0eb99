-- title: DynamoDB tables have point-in-time recovery enabled
-- severity: medium
-- resource: AWS::DynamoDB::Table
-- reads: [DescribeContinuousBackups]
-- rationale: A table that is overwritten by a faulty release is otherwise as old as its last backup.
-- remedy: Turn point-in-time recovery on.
-- mappings:
--   fsbp: [DynamoDB.2]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.describe_continuous_backups, '$.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus') = 'ENABLED' AS passes,
       'Point-in-time recovery is off' AS reason
FROM latest_aws_dynamodb_table d
WHERE coalesce(d.table_status, '') <> 'DELETING'
