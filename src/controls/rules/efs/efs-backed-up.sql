-- title: EFS file systems have automatic backups enabled
-- severity: medium
-- resource: AWS::EFS::FileSystem
-- reads: [DescribeBackupPolicy]
-- rationale: What is deleted from a file system is gone unless there is a backup.
-- remedy: Turn automatic backups on, or put the file system into a backup plan.
-- mappings:
--   fsbp: [EFS.2]
--   soc-2: [A1.2]
--   iso-27001: [A.8.13]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.describe_backup_policy, '$.BackupPolicy.Status'), '') IN ('ENABLED', 'ENABLING') AS passes,
       'Automatic backups are off' AS reason
FROM latest_aws_efs_filesystem d
WHERE coalesce(d.life_cycle_state, '') NOT IN ('deleting', 'deleted')
