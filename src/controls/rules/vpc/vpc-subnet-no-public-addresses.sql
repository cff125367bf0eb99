-- title: Subnets do not auto-assign public IPv4 addresses
-- severity: medium
-- resource: AWS::EC2::Subnet
-- rationale: Where the subnet decides, an instance becomes public by being started.
-- remedy: Turn the automatic public address of the subnet off.
-- mappings:
--   fsbp: [EC2.15]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.map_public_ip_on_launch AS passes,
       'Instances get a public address' AS reason
FROM latest_aws_ec2_subnet d
WHERE coalesce(d.owner_id, d.account_id) = d.account_id
