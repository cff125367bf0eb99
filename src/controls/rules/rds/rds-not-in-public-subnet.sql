-- title: RDS instances are not in public subnets
-- severity: high
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::EC2::RouteTable]
-- rationale: >-
--   In a subnet that leads to the internet, one setting and one rule of a security group are all that stands before the
--   database.
-- remedy: Move the instance to a subnet group of private subnets.
-- mappings:
--   fsbp: [RDS.46]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.22]
WITH subnets AS (
  SELECT d.account_id, d.region, d.evidence_object, d.evidence_line,
         json_extract_scalar(d.db_subnet_group, '$.VpcId') AS vpc_id,
         json_extract_scalar(s.member, '$.SubnetIdentifier') AS subnet_id
  FROM latest_aws_rds_dbinstance d
  CROSS JOIN UNNEST(TRY_CAST(json_extract(d.db_subnet_group, '$.Subnets') AS array(json))) AS s (member)
), associations AS (
  SELECT t.account_id, t.region, t.route_table_id, t.vpc_id,
         t.evidence_object || ':' || TRY_CAST(t.evidence_line AS varchar) AS line,
         json_extract_scalar(a.member, '$.SubnetId') AS subnet_id, json_extract_scalar(a.member, '$.Main') AS main
  FROM latest_aws_ec2_routetable t
  CROSS JOIN UNNEST(t.associations) AS a (member)
), public_tables AS (
  SELECT DISTINCT t.account_id, t.region, t.route_table_id
  FROM latest_aws_ec2_routetable t
  CROSS JOIN UNNEST(t.routes) AS r (member)
  WHERE json_extract_scalar(r.member, '$.GatewayId') LIKE 'igw-%'
    -- Of a gateway that was deleted.
    AND coalesce(json_extract_scalar(r.member, '$.State'), 'active') <> 'blackhole'
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN count(p.route_table_id) > 0 THEN false
            WHEN count(s.subnet_id) > 0 AND count(coalesce(own.route_table_id, main.route_table_id)) = count(*)
            THEN true END AS passes,
       'A route leads from ' || min(CASE WHEN p.route_table_id IS NOT NULL THEN s.subnet_id END)
         || ' to an internet gateway' AS reason,
       array_agg(DISTINCT coalesce(own.line, main.line)) AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN subnets s ON s.evidence_object = d.evidence_object AND s.evidence_line = d.evidence_line
LEFT JOIN associations own
  ON own.account_id = s.account_id AND own.region = s.region AND own.subnet_id = s.subnet_id
LEFT JOIN associations main
  ON main.account_id = s.account_id AND main.region = s.region AND main.vpc_id = s.vpc_id AND main.main = 'true'
LEFT JOIN public_tables p
  ON p.account_id = s.account_id AND p.region = s.region
 AND p.route_table_id = coalesce(own.route_table_id, main.route_table_id)
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
