-- The version of an engine is supported on the day of collection. engine, version: columns; scope: which are judged.
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN count(f.version) = 0 THEN NULL
            ELSE bool_and(f.ends IS NULL OR TRY_CAST(f.ends AS date) > TRY_CAST(d.collected_at AS date)) END AS passes,
       'Support of ' || min({{engine}}) || ' ' || min({{version}}) || ' ended on ' || min(f.ends) AS reason,
       coalesce(min({{engine}}) || ' ' || min({{version}}), 'A version that is not named') || ' is in no table of versions yet' AS not_known
FROM {{table}} d
LEFT JOIN facts_engine_versions f
  ON f.engine = {{engine}} AND ({{version}} = f.version OR starts_with({{version}}, f.version || '.'))
WHERE {{scope}}
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
