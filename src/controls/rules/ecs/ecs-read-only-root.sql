-- title: ECS task definitions have read-only root filesystems
-- severity: high
-- resource: AWS::ECS::TaskDefinition
-- reads: [DescribeTaskDefinition]
-- rationale: What cannot be written cannot be replaced by who breaks in.
-- remedy: Set readonlyRootFilesystem, with a volume for what has to be written.
-- mappings:
--   fsbp: [ECS.5]
--   soc-2: [CC6.8]
--   iso-27001: [A.8.9]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(json_size(c.container, '$') > 0 AND NOT (coalesce(json_extract_scalar(c.container, '$.readonlyRootFilesystem'), 'false') = 'true')) THEN false
            WHEN count(nullif(json_size(c.container, '$'), 0)) = count(*) THEN true END AS passes,
       'The root of a container can be written' AS reason
FROM latest_aws_ecs_taskdefinition d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_task_definition, '$.taskDefinition.containerDefinitions') AS array(json)))
  AS c (container) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
