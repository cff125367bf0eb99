-- title: Aurora, DocumentDB and Neptune clusters have audit logging enabled
-- severity: medium
-- resource: AWS::RDS::DBCluster
-- needs: [AWS::RDS::DBClusterParameterGroup]
-- rationale: Who read or changed what in the database is told by its own audit alone, and by none of AWS's logs.
-- remedy: >-
--   In the cluster parameter group load pgaudit and set pgaudit.log (PostgreSQL), or turn on server_audit_logging
--   (MySQL), audit_logs (DocumentDB) or neptune_enable_audit_log (Neptune).
-- mappings:
--   fsbp: [RDS.45]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
-- in-part:
--   fsbp RDS.45: that the cluster is in sync with its parameter group is not asked
WITH settings AS (
  SELECT p.account_id, p.region, p.db_cluster_parameter_group_name,
         json_extract_scalar(s.parameter, '$.ParameterName') AS name,
         nullif(lower(json_extract_scalar(s.parameter, '$.ParameterValue')), '') AS value
  FROM latest_aws_rds_dbclusterparametergroup p
  CROSS JOIN UNNEST(TRY_CAST(json_extract(p.describe_db_cluster_parameters, '$.Parameters') AS array(json))) AS s (parameter)
  WHERE json_extract_scalar(s.parameter, '$.ParameterName') IN ('shared_preload_libraries', 'pgaudit.log', 'server_audit_logging',
    'server_audit_events', 'audit_logs', 'neptune_enable_audit_log')
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.engine IS NULL OR d.db_cluster_parameter_group IS NULL
              OR bool_or(p.db_cluster_parameter_group_name IS NULL AND d.db_cluster_parameter_group NOT LIKE 'default.%')
              OR bool_or(element_at(p.unread, 'DescribeDBClusterParameters') IS NOT NULL)
              OR bool_or((p.db_cluster_parameter_group_name NOT LIKE 'default.%' OR p.describe_db_cluster_parameters IS NOT NULL)
                 AND TRY_CAST(json_extract(p.describe_db_cluster_parameters, '$.Parameters') AS array(json)) IS NULL)
            THEN NULL
            WHEN d.engine IN ('aurora-postgresql', 'postgres')
            THEN count(CASE WHEN s.name = 'shared_preload_libraries' AND regexp_like(s.value, '(^|,) *pgaudit *(,|$)') THEN 1 END) > 0
             AND count(CASE WHEN s.name = 'pgaudit.log' AND s.value <> 'none' THEN 1 END) > 0
            -- Without a list of events nothing is written.
            WHEN d.engine = 'aurora-mysql'
            THEN count(CASE WHEN s.name = 'server_audit_logging' AND s.value IN ('1', 'on', 'true') THEN 1 END) > 0
             AND count(CASE WHEN s.name = 'server_audit_events' AND s.value <> '' THEN 1 END) > 0
            ELSE count(CASE WHEN s.name NOT IN ('shared_preload_libraries', 'pgaudit.log', 'server_audit_logging', 'server_audit_events')
                             AND s.value NOT IN ('0', 'off', 'false', 'none', 'disabled') THEN 1 END) > 0 END AS passes,
       'The cluster parameter group ' || d.db_cluster_parameter_group || ' turns no audit log on' AS reason,
       'The parameters of its parameter group were not read, or do not tell' AS not_known,
       array_agg(DISTINCT p.evidence_object || ':' || TRY_CAST(p.evidence_line AS varchar)) AS evidence
FROM latest_aws_rds_dbcluster d
LEFT JOIN latest_aws_rds_dbclusterparametergroup p
  ON p.account_id = d.account_id AND p.region = d.region
 AND p.db_cluster_parameter_group_name = d.db_cluster_parameter_group
LEFT JOIN settings s ON s.account_id = d.account_id AND s.region = d.region
 AND s.db_cluster_parameter_group_name = d.db_cluster_parameter_group
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine IN ('aurora-postgresql', 'aurora-mysql', 'postgres', 'docdb', 'neptune'), true)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.engine, d.db_cluster_parameter_group
