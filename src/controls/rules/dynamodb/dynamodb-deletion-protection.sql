-- title: DynamoDB tables have deletion protection enabled
-- severity: medium
-- resource: AWS::DynamoDB::Table
-- reads: [DescribeTable]
-- rationale: One call, made by mistake or by an intruder, deletes a table that is not protected.
-- remedy: Turn deletion protection on.
-- mappings:
--   fsbp: [DynamoDB.6]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.deletion_protection_enabled AS passes,
       'Deletion protection is off' AS reason
FROM latest_aws_dynamodb_table d
WHERE coalesce(d.table_status, '') <> 'DELETING'
