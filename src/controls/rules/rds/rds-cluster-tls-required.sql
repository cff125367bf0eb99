-- title: DB clusters require TLS
-- severity: medium
-- resource: AWS::RDS::DBCluster
-- needs: [AWS::RDS::DBClusterParameterGroup]
-- rationale: A client that connects without TLS sends its queries and their answers in clear text.
-- remedy: >-
--   Set rds.force_ssl (PostgreSQL), require_secure_transport (MySQL), tls (DocumentDB) or neptune_enforce_ssl (Neptune)
--   in the cluster parameter group.
-- mappings:
--   fsbp: [DocumentDB.6]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
-- in-part:
--   fsbp DocumentDB.6: the value enabled passes, which takes TLS 1.0; that the group is in sync is not asked
WITH settings AS (
  SELECT p.account_id, p.region, p.db_cluster_parameter_group_name,
         json_extract_scalar(s.parameter, '$.ParameterName') AS name,
         nullif(lower(json_extract_scalar(s.parameter, '$.ParameterValue')), '') AS value
  FROM latest_aws_rds_dbclusterparametergroup p
  CROSS JOIN UNNEST(TRY_CAST(json_extract(p.describe_db_cluster_parameters, '$.Parameters') AS array(json))) AS s (parameter)
  WHERE json_extract_scalar(s.parameter, '$.ParameterName') IN ('rds.force_ssl', 'require_secure_transport', 'tls', 'neptune_enforce_ssl')
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.engine IS NULL THEN NULL
            WHEN bool_or(s.value IS NOT NULL) THEN bool_and(s.value NOT IN ('0', 'off', 'false', 'disabled'))
            WHEN d.db_cluster_parameter_group IS NULL
              OR bool_or(p.db_cluster_parameter_group_name IS NULL AND d.db_cluster_parameter_group NOT LIKE 'default.%')
              OR bool_or(element_at(p.unread, 'DescribeDBClusterParameters') IS NOT NULL)
              OR bool_or((p.db_cluster_parameter_group_name NOT LIKE 'default.%' OR p.describe_db_cluster_parameters IS NOT NULL)
                 AND TRY_CAST(json_extract(p.describe_db_cluster_parameters, '$.Parameters') AS array(json)) IS NULL)
            THEN NULL
            WHEN d.engine = 'aurora-postgresql' THEN CASE WHEN TRY_CAST(split_part(d.engine_version, '.', 1) AS double) < 17 THEN false END
            WHEN d.engine = 'postgres' THEN TRY_CAST(split_part(d.engine_version, '.', 1) AS double) >= 15
            WHEN d.engine IN ('aurora-mysql', 'mysql')
            THEN TRY_CAST(split_part(d.engine_version, '.', 1) AS double) * 100
               + TRY_CAST(split_part(d.engine_version, '.', 2) AS double)
               >= CASE d.engine WHEN 'aurora-mysql' THEN 804 ELSE 907 END
            ELSE d.engine IN ('docdb', 'neptune') END AS passes,
       'TLS is not required by the cluster parameter group ' || d.db_cluster_parameter_group AS reason,
       'The parameters of its parameter group were not read, or do not tell' AS not_known,
       array_agg(DISTINCT p.evidence_object || ':' || TRY_CAST(p.evidence_line AS varchar)) AS evidence
FROM latest_aws_rds_dbcluster d
LEFT JOIN latest_aws_rds_dbclusterparametergroup p
  ON p.account_id = d.account_id AND p.region = d.region
 AND p.db_cluster_parameter_group_name = d.db_cluster_parameter_group
LEFT JOIN settings s ON s.account_id = d.account_id AND s.region = d.region
 AND s.db_cluster_parameter_group_name = d.db_cluster_parameter_group
WHERE coalesce(d.status, '') <> 'deleting'
  AND coalesce(d.engine IN ('aurora-postgresql', 'aurora-mysql', 'postgres', 'mysql', 'docdb', 'neptune'), true)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.engine, d.engine_version, d.db_cluster_parameter_group
