-- A database of RDS runs a major version in standard support. status: the column that says that it is being deleted; engines.
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
       bool_and(s.until > d.collected_at) AS passes,
       d.engine || ' ' || d.engine_version || ' is past its standard support' AS reason,
       'AWS gives no end of standard support for ' || d.engine || ' ' || d.engine_version AS not_known,
       array_agg(DISTINCT s.line) AS evidence
FROM {{table}} d
LEFT JOIN supported s ON s.account_id = d.account_id AND s.region = d.region AND s.engine = d.engine
  AND (d.engine_version = s.major_engine_version OR starts_with(d.engine_version, s.major_engine_version || '.'))
WHERE coalesce(d.{{status}}, '') <> 'deleting'
  AND coalesce(d.engine IN ({{engines}}), true)
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.engine, d.engine_version
