-- title: ECS task definitions run no privileged containers
-- severity: high
-- resource: AWS::ECS::TaskDefinition
-- reads: [DescribeTaskDefinition]
-- rationale: A privileged container is the host.
-- remedy: Take privileged away, and add the single capability that is needed.
-- mappings:
--   fsbp: [ECS.4]
--   soc-2: [CC6.3]
--   iso-27001: [A.8.2]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(json_size(c.container, '$') > 0 AND NOT (coalesce(json_extract_scalar(c.container, '$.privileged'), 'false') <> 'true')) THEN false
            WHEN count(nullif(json_size(c.container, '$'), 0)) = count(*) THEN true END AS passes,
       'A container is privileged' AS reason
FROM latest_aws_ecs_taskdefinition d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_task_definition, '$.taskDefinition.containerDefinitions') AS array(json)))
  AS c (container) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
