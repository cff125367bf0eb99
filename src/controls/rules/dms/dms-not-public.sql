-- title: DMS replication instances are not publicly accessible
-- severity: critical
-- resource: AWS::DMS::ReplicationInstance
-- rationale: A replication instance holds the passwords of both databases and a copy of what moves between them.
-- remedy: Make the instance again without a public address.
-- mappings:
--   fsbp: [DMS.1]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.publicly_accessible AS passes,
       'Has a public address' AS reason
FROM latest_aws_dms_replicationinstance d
WHERE coalesce(d.replication_instance_status, '') <> 'deleting'
