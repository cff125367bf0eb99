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
       d.public_ip_address IS NULL AND count(json_extract_scalar(p.address, '$.Association.PublicIp')) = 0 AS passes,
       'The public address is ' || coalesce(d.public_ip_address, min(json_extract_scalar(p.address, '$.Association.PublicIp'))) AS reason
FROM latest_aws_ec2_instance d
LEFT JOIN UNNEST(d.network_interfaces) AS i (interface)
  ON true
LEFT JOIN UNNEST(TRY_CAST(json_extract(i.interface, '$.PrivateIpAddresses') AS array(json))) AS p (address)
  ON true
WHERE coalesce(json_extract_scalar(d.state, '$.Name'), '') NOT IN ('terminated', 'shutting-down')
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.public_ip_address
