-- title: RDS instances are in sync with their parameter groups
-- severity: low
-- resource: AWS::RDS::DBInstance
-- rationale: >-
--   A parameter that waits for a restart is not in force: TLS that the group requires is not required, and an audit that
--   it turns on writes nothing.
-- remedy: Restart the instance in its next maintenance window.
-- mappings:
--   soc-2: [CC7.1]
--   iso-27001: [A.8.9]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(json_extract_scalar(g.member, '$.ParameterApplyStatus') <> 'in-sync') THEN false
            WHEN bool_and(json_extract_scalar(g.member, '$.ParameterApplyStatus') IS NOT NULL) THEN true END AS passes,
       'a parameter group is not applied: ' || min(CASE WHEN json_extract_scalar(g.member, '$.ParameterApplyStatus') <> 'in-sync'
         THEN json_extract_scalar(g.member, '$.DBParameterGroupName') || ' is '
           || json_extract_scalar(g.member, '$.ParameterApplyStatus') END) AS reason
FROM latest_aws_rds_dbinstance d
LEFT JOIN UNNEST(d.db_parameter_groups) AS g (member) ON true
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
