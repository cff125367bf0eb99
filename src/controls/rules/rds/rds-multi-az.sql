-- title: RDS instances are Multi-AZ deployments
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- config-rule: true
-- rationale: When a zone fails, an instance without a standby is gone until it is restored by hand.
-- remedy: Modify the instance to Multi-AZ; it stays up but for a short failover.
-- mappings:
--   cis-v5: ["2.2.4"]
--   fsbp: [RDS.5]
--   soc-2: [A1.2]
--   iso-27001: [A.8.14]
-- in-part:
--   cis-v5 2.2.4: instances that stand alone and are no read replicas; clusters are judged by rds-cluster-multi-az
--   fsbp RDS.5: members of clusters and read replicas are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.multi_az AS passes,
       'No standby in another Availability Zone' AS reason
FROM latest_aws_rds_dbinstance d
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.db_cluster_identifier, '') = '' AND coalesce(d.read_replica_source_db_instance_identifier, '') = ''
  AND coalesce(d.read_replica_source_db_cluster_identifier, '') = ''
