-- title: ECS task definitions have logging configured for every container
-- severity: high
-- resource: AWS::ECS::TaskDefinition
-- reads: [DescribeTaskDefinition]
-- rationale: What a container says is gone with it.
-- remedy: Give each container a log configuration.
-- mappings:
--   fsbp: [ECS.9]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(json_size(c.container, '$') > 0 AND NOT (coalesce(json_extract_scalar(c.container, '$.logConfiguration.logDriver'), '') <> '')) THEN false
            WHEN count(nullif(json_size(c.container, '$'), 0)) = count(*) THEN true END AS passes,
       'A container has no log configuration' AS reason
FROM latest_aws_ecs_taskdefinition d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.describe_task_definition, '$.taskDefinition.containerDefinitions') AS array(json)))
  AS c (container) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
