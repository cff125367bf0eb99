-- title: RDS instances are not publicly accessible
-- severity: critical
-- resource: AWS::RDS::DBInstance
-- config-rule: true
-- rationale: A database with a public address is one wrong security group away from the whole internet.
-- remedy: Turn PubliclyAccessible off; reach the database from inside the network, or through a proxy or VPN.
-- mappings:
--   cis-v3: ["2.3.3"]
--   cis-v5: ["2.2.3"]
--   fsbp: [RDS.2]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.publicly_accessible AS passes,
       'Has a public address' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
