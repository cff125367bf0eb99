-- title: EBS encryption by default is enabled
-- severity: medium
-- resource: AWS::EC2::EbsEncryptionByDefault
-- rationale: Where the default is off, each volume depends on whoever makes it.
-- remedy: Turn EBS encryption by default on in each region.
-- mappings:
--   cis-v3: ["2.2.1"]
--   cis-v5: ["5.1.1"]
--   fsbp: [EC2.7]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.ebs_encryption_by_default AS passes,
       'Encryption by default is off' AS reason
FROM latest_aws_ec2_ebsencryptionbydefault d
