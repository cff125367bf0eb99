-- title: Redshift clusters use enhanced VPC routing
-- severity: medium
-- resource: AWS::Redshift::Cluster
-- rationale: Copies to and from S3 otherwise go past the endpoints and flow logs of the VPC.
-- remedy: Turn enhanced VPC routing on.
-- mappings:
--   fsbp: [Redshift.7]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.22]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.enhanced_vpc_routing AS passes,
       'Enhanced VPC routing is off' AS reason
FROM latest_aws_redshift_cluster d
WHERE coalesce(d.cluster_status, '') <> 'deleting'
