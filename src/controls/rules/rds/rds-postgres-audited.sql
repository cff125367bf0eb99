-- title: RDS for PostgreSQL instances audit with pgAudit
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::RDS::DBParameterGroup]
-- rationale: Who read or changed what in the database is told by its own audit alone, and by none of AWS's logs.
-- remedy: >-
--   Add pgaudit to shared_preload_libraries, set pgaudit.log to the kinds of statements that matter, restart, and create
--   the extension.
-- mappings:
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
WITH groups AS (
  SELECT d.evidence_object, d.evidence_line, json_extract_scalar(g.member, '$.DBParameterGroupName') AS name
  FROM latest_aws_rds_dbinstance d
  CROSS JOIN UNNEST(d.db_parameter_groups) AS g (member)
), settings AS (
  SELECT p.account_id, p.region, p.db_parameter_group_name, json_extract_scalar(s.parameter, '$.ParameterName') AS name,
         nullif(lower(json_extract_scalar(s.parameter, '$.ParameterValue')), '') AS value
  FROM latest_aws_rds_dbparametergroup p
  CROSS JOIN UNNEST(TRY_CAST(json_extract(p.describe_db_parameters, '$.Parameters') AS array(json))) AS s (parameter)
  WHERE json_extract_scalar(s.parameter, '$.ParameterName') IN ('shared_preload_libraries', 'pgaudit.log')
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN min(d.engine) IS NULL OR count(g.name) = 0 OR bool_or(p.db_parameter_group_name IS NULL AND g.name NOT LIKE 'default.%')
              OR bool_or(element_at(p.unread, 'DescribeDBParameters') IS NOT NULL)
              OR bool_or((p.db_parameter_group_name NOT LIKE 'default.%' OR p.describe_db_parameters IS NOT NULL)
                 AND TRY_CAST(json_extract(p.describe_db_parameters, '$.Parameters') AS array(json)) IS NULL)
            THEN NULL
            ELSE count(CASE WHEN s.name = 'shared_preload_libraries' AND regexp_like(s.value, '(^|,) *pgaudit *(,|$)') THEN 1 END) > 0
             AND count(CASE WHEN s.name = 'pgaudit.log' AND s.value <> 'none' THEN 1 END) > 0 END AS passes,
       'The extension pgaudit is not loaded, or pgaudit.log names nothing to log' AS reason,
       'The parameters of its parameter group were not read, or do not tell' AS not_known,
       array_agg(DISTINCT p.evidence_object || ':' || TRY_CAST(p.evidence_line AS varchar)) AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN groups g ON g.evidence_object = d.evidence_object AND g.evidence_line = d.evidence_line
LEFT JOIN latest_aws_rds_dbparametergroup p
  ON p.account_id = d.account_id AND p.region = d.region AND p.db_parameter_group_name = g.name
LEFT JOIN settings s ON s.account_id = d.account_id AND s.region = d.region AND s.db_parameter_group_name = g.name
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine, 'postgres') = 'postgres' AND coalesce(d.db_cluster_identifier, '') = ''
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
