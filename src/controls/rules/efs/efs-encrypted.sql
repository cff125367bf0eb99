-- title: EFS file systems are encrypted at rest
-- severity: medium
-- resource: AWS::EFS::FileSystem
-- rationale: Encryption is chosen when a file system is made, and never later.
-- remedy: Make an encrypted file system and copy the files.
-- mappings:
--   cis-v3: ["2.4.1"]
--   cis-v5: ["2.3.1"]
--   fsbp: [EFS.1, EFS.8]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.encrypted AS passes,
       'Not encrypted' AS reason
FROM latest_aws_efs_filesystem d
WHERE coalesce(d.life_cycle_state, '') NOT IN ('deleting', 'deleted')
