-- title: EBS volumes are encrypted
-- severity: medium
-- resource: AWS::EC2::Volume
-- config-rule: true
-- rationale: A snapshot of a volume that is not encrypted is readable for whoever it is shared with.
-- remedy: Copy a snapshot with encryption on, make a volume of it and exchange the two.
-- mappings:
--   fsbp: [EC2.3]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.encrypted AS passes,
       'Not encrypted' AS reason
FROM latest_aws_ec2_volume d
WHERE coalesce(d.state, '') NOT IN ('deleting', 'deleted')
