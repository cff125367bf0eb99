-- title: EC2 instances have no public IPv4 address
-- severity: high
-- resource: AWS::EC2::Instance
-- rationale: >-
--   An instance with a public address is scanned within minutes; what has to be reached is reached by a load
--   balancer.
-- remedy: Put the instance into a private subnet, behind a load balancer, a NAT gateway or Session Manager.
-- mappings:
--   fsbp: [EC2.9]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.public_ip_address IS NULL AS passes,
       'The public address is ' || d.public_ip_address AS reason
FROM latest_aws_ec2_instance d
WHERE coalesce(json_extract_scalar(d.state, '$.Name'), '') NOT IN ('terminated', 'shutting-down')
