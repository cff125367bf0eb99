-- title: RDS for MySQL, MariaDB and SQL Server instances have an audit option
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::RDS::OptionGroup]
-- rationale: Who read or changed what in the database is told by its own audit alone, and by none of AWS's logs.
-- remedy: >-
--   Add MARIADB_AUDIT_PLUGIN (MySQL, MariaDB) or SQLSERVER_AUDIT to the option group of the instance.
-- mappings:
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
WITH groups AS (
  SELECT d.evidence_object, d.evidence_line, json_extract_scalar(g.member, '$.OptionGroupName') AS name,
         -- A group that waits for the maintenance window, or could not be applied, is not in force yet.
         coalesce(json_extract_scalar(g.member, '$.Status'), 'in-sync')
           IN ('in-sync', 'removing', 'pending-removal', 'pending-maintenance-removal') AS in_force
  FROM latest_aws_rds_dbinstance d
  CROSS JOIN UNNEST(d.option_group_memberships) AS g (member)
), audited AS (
  SELECT o.account_id, o.region, o.option_group_name
  FROM latest_aws_rds_optiongroup o
  CROSS JOIN UNNEST(o.options) AS p (member)
  WHERE json_extract_scalar(p.member, '$.OptionName') IN ('MARIADB_AUDIT_PLUGIN', 'SQLSERVER_AUDIT')
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN min(d.engine) IS NULL THEN NULL
            WHEN count(CASE WHEN g.in_force THEN a.option_group_name END) > 0 THEN true
            WHEN count(g.name) > 0 AND bool_and(o.option_group_name IS NOT NULL OR g.name LIKE 'default:%')
            THEN false END AS passes,
       CASE WHEN count(a.option_group_name) > 0 THEN 'The option group that audits is not applied'
            ELSE 'No audit option is in the option group ' || min(g.name) END AS reason,
       array_agg(DISTINCT o.evidence_object || ':' || TRY_CAST(o.evidence_line AS varchar)) AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN groups g ON g.evidence_object = d.evidence_object AND g.evidence_line = d.evidence_line
LEFT JOIN latest_aws_rds_optiongroup o
  ON o.account_id = d.account_id AND o.region = d.region AND o.option_group_name = g.name
LEFT JOIN audited a ON a.account_id = d.account_id AND a.region = d.region AND a.option_group_name = g.name
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine IN ('mysql', 'mariadb') OR d.engine LIKE 'sqlserver-%', true) AND coalesce(d.db_cluster_identifier, '') = ''
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
