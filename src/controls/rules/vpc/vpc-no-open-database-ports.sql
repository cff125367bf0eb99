-- title: No security group opens the port of a database to everybody
-- severity: critical
-- resource: AWS::EC2::SecurityGroup
-- needs: [AWS::EC2::SecurityGroupRule]
-- rationale: A database belongs behind the application that uses it, and nobody else has to reach its port.
-- remedy: Allow the networks that need it, or use Session Manager and private endpoints instead.
-- mappings:
--   fsbp: [EC2.19]
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       count(r.security_group_rule_id) = 0 AS passes,
       'the port of a database is open to everybody' AS reason
FROM latest_aws_ec2_securitygroup d
LEFT JOIN latest_aws_ec2_securitygrouprule r
  ON r.account_id = d.account_id AND r.region = d.region AND r.group_id = d.group_id
 AND NOT r.is_egress AND (r.cidr_ipv4 = '0.0.0.0/0' OR r.cidr_ipv6 = '::/0')
 AND (r.ip_protocol = '-1'
   OR r.ip_protocol = 'tcp'
      AND (r.from_port = -1
           OR 1433 BETWEEN r.from_port AND r.to_port
           OR 1521 BETWEEN r.from_port AND r.to_port
           OR 3306 BETWEEN r.from_port AND r.to_port
           OR 5432 BETWEEN r.from_port AND r.to_port
           OR 5439 BETWEEN r.from_port AND r.to_port
           OR 6379 BETWEEN r.from_port AND r.to_port
           OR 9200 BETWEEN r.from_port AND r.to_port
           OR 11211 BETWEEN r.from_port AND r.to_port
           OR 27017 BETWEEN r.from_port AND r.to_port))
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
