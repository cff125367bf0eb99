-- title: Default security groups have no rules
-- severity: medium
-- resource: AWS::EC2::SecurityGroup
-- rationale: >-
--   Whatever is made without a group of its own lands in the default one, and may then do what that allows.
-- remedy: Delete all rules of the default group, and give each thing a group of its own.
-- mappings:
--   cis-v3: ["5.4"]
--   cis-v5: ["5.5"]
--   fsbp: [EC2.2]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.22]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       cardinality(d.ip_permissions) = 0 AND cardinality(d.ip_permissions_egress) = 0 AS passes,
       'The group has rules' AS reason
FROM latest_aws_ec2_securitygroup d
WHERE d.group_name = 'default' AND coalesce(d.owner_id, d.account_id) = d.account_id
