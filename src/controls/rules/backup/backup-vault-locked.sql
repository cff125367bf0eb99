-- title: AWS Backup vaults are locked
-- severity: low
-- resource: AWS::Backup::BackupVault
-- rationale: Who can delete the backups of a database can ask ransom for it.
-- remedy: Lock the vault with a least retention, in compliance mode where that is meant.
-- mappings:
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       -- A logically air-gapped vault is made with a lock in compliance mode.
       coalesce(d.locked, false) OR coalesce(d.vault_type, '') = 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT' AS passes,
       'Backups can be deleted' AS reason
FROM latest_aws_backup_backupvault d
