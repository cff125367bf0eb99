-- title: No RDS instance is reachable from the whole internet
-- severity: critical
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::EC2::RouteTable, AWS::EC2::SecurityGroup, AWS::EC2::SecurityGroupRule]
-- rationale: >-
--   A public address, a subnet with a route to an internet gateway and an open security group together let anybody
--   knock at the database; each alone does not.
-- remedy: >-
--   Close the security group to 0.0.0.0/0 and ::/0, then take the public address away and move the instance to
--   private subnets.
-- mappings:
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20, A.8.22]
WITH subnets AS (
  SELECT DISTINCT d.account_id, d.region, d.evidence_object, d.evidence_line,
         json_extract_scalar(s.member, '$.SubnetIdentifier') AS subnet_id,
         json_extract_scalar(d.db_subnet_group, '$.VpcId') AS vpc_id
  FROM latest_aws_rds_dbinstance d
  CROSS JOIN UNNEST(TRY_CAST(json_extract(d.db_subnet_group, '$.Subnets') AS array(json))) AS s (member)
), associations AS (
  SELECT t.account_id, t.region, t.route_table_id, t.vpc_id,
         json_extract_scalar(a.member, '$.SubnetId') AS subnet_id, json_extract_scalar(a.member, '$.Main') AS main
  FROM latest_aws_ec2_routetable t
  CROSS JOIN UNNEST(t.associations) AS a (member)
), public_tables AS (
  SELECT DISTINCT t.account_id, t.region, t.route_table_id
  FROM latest_aws_ec2_routetable t
  CROSS JOIN UNNEST(t.routes) AS r (member)
  WHERE json_extract_scalar(r.member, '$.GatewayId') LIKE 'igw-%'
    AND coalesce(json_extract_scalar(r.member, '$.DestinationCidrBlock'),
                 json_extract_scalar(r.member, '$.DestinationIpv6CidrBlock')) IN ('0.0.0.0/0', '::/0')
), routed AS (
  SELECT s.evidence_object, s.evidence_line,
         CASE WHEN count(coalesce(own.route_table_id, main.route_table_id)) = count(*) THEN count(*) ELSE 0 END AS tables,
         count(p.route_table_id) AS public_tables
  FROM subnets s
  LEFT JOIN associations own
    ON own.account_id = s.account_id AND own.region = s.region AND own.subnet_id = s.subnet_id
  LEFT JOIN associations main
    ON main.account_id = s.account_id AND main.region = s.region AND main.vpc_id = s.vpc_id AND main.main = 'true'
  LEFT JOIN public_tables p
    ON p.account_id = s.account_id AND p.region = s.region
   AND p.route_table_id = coalesce(own.route_table_id, main.route_table_id)
  GROUP BY s.evidence_object, s.evidence_line
), grouped AS (
  SELECT d.evidence_object, d.evidence_line, count(s.group_id) = count(g.member) AS all_known
  FROM latest_aws_rds_dbinstance d
  CROSS JOIN UNNEST(d.vpc_security_groups) AS g (member)
  LEFT JOIN latest_aws_ec2_securitygroup s
    ON s.account_id = d.account_id AND s.region = d.region
   AND s.group_id = json_extract_scalar(g.member, '$.VpcSecurityGroupId')
  GROUP BY d.evidence_object, d.evidence_line
), opened AS (
  SELECT DISTINCT d.evidence_object, d.evidence_line
  FROM latest_aws_rds_dbinstance d
  CROSS JOIN UNNEST(d.vpc_security_groups) AS g (member)
  JOIN latest_aws_ec2_securitygrouprule r
    ON r.account_id = d.account_id AND r.region = d.region
   AND r.group_id = json_extract_scalar(g.member, '$.VpcSecurityGroupId')
  WHERE NOT r.is_egress AND (r.cidr_ipv4 = '0.0.0.0/0' OR r.cidr_ipv6 = '::/0')
    AND (r.ip_protocol = '-1' OR coalesce(TRY_CAST(json_extract_scalar(d.endpoint, '$.Port') AS double), d.db_instance_port)
         BETWEEN r.from_port AND r.to_port)
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN NOT d.publicly_accessible THEN true
            WHEN r.tables > 0 AND r.public_tables = 0 THEN true
            WHEN o.evidence_line IS NULL AND g.all_known THEN true
            WHEN r.public_tables > 0 AND o.evidence_line IS NOT NULL THEN false END AS passes,
       'public address, route to an internet gateway, and a security group that is open to everybody' AS reason
FROM latest_aws_rds_dbinstance d
LEFT JOIN routed r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
LEFT JOIN grouped g ON g.evidence_object = d.evidence_object AND g.evidence_line = d.evidence_line
LEFT JOIN opened o ON o.evidence_object = d.evidence_object AND o.evidence_line = d.evidence_line
