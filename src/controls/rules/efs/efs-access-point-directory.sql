-- title: EFS access points enforce a root directory
-- severity: medium
-- resource: AWS::EFS::AccessPoint
-- rationale: An access point to the root shows one application the files of all.
-- remedy: Make the access point again with a root directory below /.
-- mappings:
--   fsbp: [EFS.3]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.root_directory, '$.Path') NOT IN ('', '/') AS passes,
       'Leads to the root directory' AS reason
FROM latest_aws_efs_accesspoint d
WHERE coalesce(d.life_cycle_state, '') NOT IN ('deleting', 'deleted')
