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
WITH interfaces AS (
  SELECT d.evidence_object, d.evidence_line,
         min(coalesce(nullif(json_extract_scalar(n.member, '$.Association.PublicIp'), ''),
                      nullif(json_extract_scalar(a.member, '$.Association.PublicIp'), ''))) AS address
  FROM latest_aws_ec2_instance d
  CROSS JOIN UNNEST(d.network_interfaces) AS n (member)
  LEFT JOIN UNNEST(TRY_CAST(json_extract(n.member, '$.PrivateIpAddresses') AS array(json))) AS a (member) ON true
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.public_ip_address, '') = '' AND i.address IS NULL AS passes,
       'The public address is ' || coalesce(nullif(d.public_ip_address, ''), i.address) AS reason
FROM latest_aws_ec2_instance d
LEFT JOIN interfaces i ON i.evidence_object = d.evidence_object AND i.evidence_line = d.evidence_line
WHERE coalesce(json_extract_scalar(d.state, '$.Name'), '') NOT IN ('terminated', 'shutting-down')
