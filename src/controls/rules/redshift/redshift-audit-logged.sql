-- title: Redshift clusters have audit logging enabled
-- severity: medium
-- resource: AWS::Redshift::Cluster
-- reads: [DescribeLoggingStatus]
-- rationale: Who asked the warehouse what is told by these logs.
-- remedy: Turn audit logging on, to S3 or CloudWatch Logs.
-- mappings:
--   fsbp: [Redshift.4]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.describe_logging_status, '$.LoggingEnabled') = 'true' AS passes,
       'Audit logging is off' AS reason
FROM latest_aws_redshift_cluster d
WHERE coalesce(d.cluster_status, '') <> 'deleting'
