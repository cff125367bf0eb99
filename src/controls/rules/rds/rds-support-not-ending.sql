-- title: RDS instances run an engine version with at least half a year of standard support left
-- severity: medium
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::RDS::DBMajorEngineVersion]
-- rationale: >-
--   A new major version takes tests of every application that uses the database: who begins when support ends pays for
--   extended support, or runs without fixes.
-- remedy: Plan the upgrade to a version that is supported for longer.
-- mappings:
--   soc-2: [CC7.1]
--   iso-27001: [A.8.8]
WITH supported AS (
  SELECT v.account_id, v.region, v.engine, v.major_engine_version,
         max(TRY(from_iso8601_timestamp(json_extract_scalar(l.lifecycle, '$.LifecycleSupportEndDate')))) AS until,
         min(v.evidence_object || ':' || TRY_CAST(v.evidence_line AS varchar)) AS line
  FROM latest_aws_rds_dbmajorengineversion v
  CROSS JOIN UNNEST(v.supported_engine_lifecycles) AS l (lifecycle)
  WHERE json_extract_scalar(l.lifecycle, '$.LifecycleSupportName') = 'open-source-rds-standard-support'
  GROUP BY v.account_id, v.region, v.engine, v.major_engine_version
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       bool_and(date_diff('day', d.collected_at, TRY_CAST(s.until AS timestamp)) >= 180) AS passes,
       'standard support of ' || d.engine || ' ' || min(s.major_engine_version) || ' ends on '
         || TRY_CAST(TRY_CAST(min(s.until) AS date) AS varchar) AS reason,
       'AWS gives no end of standard support for ' || d.engine || ' ' || d.engine_version AS not_known,
       array_agg(DISTINCT s.line) AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN supported s ON s.account_id = d.account_id AND s.region = d.region AND s.engine = d.engine
  AND (d.engine_version = s.major_engine_version OR starts_with(d.engine_version, s.major_engine_version || '.'))
WHERE coalesce(d.db_instance_status, '') <> 'deleting'
  AND coalesce(d.engine IN ('mysql', 'mariadb', 'postgres', 'aurora-mysql', 'aurora-postgresql'), true)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.engine, d.engine_version
