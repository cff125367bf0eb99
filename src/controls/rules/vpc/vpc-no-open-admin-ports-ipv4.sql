-- title: No security group opens SSH or RDP to every IPv4 address
-- severity: high
-- resource: AWS::EC2::SecurityGroup
-- needs: [AWS::EC2::SecurityGroupRule]
-- rationale: Ports of administration that everybody reaches are tried with guessed and stolen passwords all day.
-- remedy: Allow the networks that need it, or use Session Manager and private endpoints instead.
-- mappings:
--   cis-v3: ["5.2"]
--   cis-v5: ["5.3"]
--   pci-dss-4: ["1.3.1"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       count(r.security_group_rule_id) = 0 AS passes,
       'SSH or RDP is open to 0.0.0.0/0' AS reason
FROM latest_aws_ec2_securitygroup d
LEFT JOIN latest_aws_ec2_securitygrouprule r
  ON r.account_id = d.account_id AND r.region = d.region AND r.group_id = d.group_id
 AND NOT r.is_egress AND r.cidr_ipv4 = '0.0.0.0/0'
 AND (r.ip_protocol = '-1'
   OR r.ip_protocol = 'tcp'
      AND (r.from_port = -1
           OR 22 BETWEEN r.from_port AND r.to_port
           OR 3389 BETWEEN r.from_port AND r.to_port))
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
