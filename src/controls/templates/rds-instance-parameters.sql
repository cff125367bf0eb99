-- Parameters of the group of an RDS instance. engines: which instances; parameters: their names; set: whether what is
-- set passes; unset: whether an instance whose group sets none of them passes; reason.
WITH groups AS (
  SELECT d.evidence_object, d.evidence_line, json_extract_scalar(g.member, '$.DBParameterGroupName') AS name
  FROM latest_aws_rds_dbinstance d
  CROSS JOIN UNNEST(d.db_parameter_groups) AS g (member)
), settings AS (
  SELECT p.account_id, p.region, p.db_parameter_group_name, json_extract_scalar(s.parameter, '$.ParameterName') AS name,
         nullif(lower(json_extract_scalar(s.parameter, '$.ParameterValue')), '') AS value
  FROM latest_aws_rds_dbparametergroup p
  CROSS JOIN UNNEST(TRY_CAST(json_extract(p.describe_db_parameters, '$.Parameters') AS array(json))) AS s (parameter)
  WHERE json_extract_scalar(s.parameter, '$.ParameterName') IN ({{parameters}})
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.engine IS NULL THEN NULL
            WHEN bool_or(s.value IS NOT NULL) THEN {{set}}
            WHEN count(g.name) = 0 OR bool_or(p.db_parameter_group_name IS NULL AND g.name NOT LIKE 'default.%')
              OR bool_or(element_at(p.unread, 'DescribeDBParameters') IS NOT NULL)
              OR bool_or((p.db_parameter_group_name NOT LIKE 'default.%' OR p.describe_db_parameters IS NOT NULL)
                 AND TRY_CAST(json_extract(p.describe_db_parameters, '$.Parameters') AS array(json)) IS NULL)
            THEN NULL
            ELSE {{unset}} END AS passes,
       '{{reason}}' AS reason,
       'The parameters of its parameter group were not read, or do not tell' AS not_known,
       array_agg(DISTINCT p.evidence_object || ':' || TRY_CAST(p.evidence_line AS varchar)) AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN groups g ON g.evidence_object = d.evidence_object AND g.evidence_line = d.evidence_line
LEFT JOIN latest_aws_rds_dbparametergroup p
  ON p.account_id = d.account_id AND p.region = d.region AND p.db_parameter_group_name = g.name
LEFT JOIN settings s ON s.account_id = d.account_id AND s.region = d.region AND s.db_parameter_group_name = g.name
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce({{engines}}, true) AND coalesce(d.db_cluster_identifier, '') = ''
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.engine, d.engine_version
