-- title: EFS access points enforce a user identity
-- severity: medium
-- resource: AWS::EFS::AccessPoint
-- rationale: Without it, a client says itself which user it is.
-- remedy: Make the access point again with a POSIX user.
-- mappings:
--   fsbp: [EFS.4]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.posix_user IS NOT NULL AS passes,
       'Clients choose their user' AS reason
FROM latest_aws_efs_accesspoint d
WHERE coalesce(d.life_cycle_state, '') NOT IN ('deleting', 'deleted')
