-- title: ECS services do not assign public IP addresses
-- severity: high
-- resource: AWS::ECS::Service
-- reads: [DescribeServices]
-- rationale: A task with a public address is reached past the load balancer.
-- remedy: Turn assignPublicIp off, and give the subnets a NAT gateway or endpoints.
-- mappings:
--   fsbp: [ECS.2]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.network_configuration, '$.awsvpcConfiguration.assignPublicIp'), 'DISABLED') <> 'ENABLED'
         -- Where an external controller deploys, the task sets have it.
         AND NOT coalesce(bool_or(json_extract_scalar(t.member, '$.networkConfiguration.awsvpcConfiguration.assignPublicIp') = 'ENABLED'), false) AS passes,
       'Tasks get public addresses' AS reason
FROM latest_aws_ecs_service d
LEFT JOIN UNNEST(d.task_sets) AS t (member) ON true
WHERE coalesce(d.status, '') NOT IN ('INACTIVE', 'DRAINING')
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.network_configuration
