-- title: Redshift Serverless workgroups are not publicly accessible
-- severity: high
-- resource: AWS::RedshiftServerless::Workgroup
-- rationale: A warehouse with a public address is one wrong security group away from the whole internet.
-- remedy: Turn publiclyAccessible off.
-- mappings:
--   fsbp: [RedshiftServerless.3]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.publicly_accessible AS passes,
       'Has a public address' AS reason
FROM latest_aws_redshiftserverless_workgroup d
WHERE coalesce(d.status, '') <> 'DELETING'
