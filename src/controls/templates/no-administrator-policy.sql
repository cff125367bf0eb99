-- No policy of AWS that comes to an administrator's is attached; of one that is newer than the tables nobody knows. who: the sentence's object; scope: which are judged.
WITH attached AS (
  SELECT d.evidence_object, d.evidence_line,
         bool_or(f.path_and_name IS NOT NULL AND json_extract_scalar(m.member, '$.PolicyArn') LIKE 'arn:%:iam::aws:policy/%') AS administrator,
         bool_and(json_extract_scalar(m.member, '$.PolicyArn') IS NOT NULL) AS has_arn,
         min(CASE WHEN split_part(json_extract_scalar(m.member, '$.PolicyArn'), ':', 5) = 'aws'
                   AND NOT contains(split(k.names, ' '), split_part(json_extract_scalar(m.member, '$.PolicyArn'), ':', 6))
                  THEN json_extract_scalar(m.member, '$.PolicyArn') END) AS newer,
         min(CASE WHEN f.path_and_name IS NOT NULL THEN split_part(f.path_and_name, '/', 2) END) AS which
  FROM {{table}} d
  CROSS JOIN facts_aws_policies k
  CROSS JOIN UNNEST(d.attached_managed_policies) AS m (member)
  LEFT JOIN facts_administrator_policies f
    ON f.path_and_name = split_part(json_extract_scalar(m.member, '$.PolicyArn'), ':', 6)
   AND split_part(json_extract_scalar(m.member, '$.PolicyArn'), ':', 5) = 'aws'
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN cardinality(d.attached_managed_policies) = 0 THEN true
            WHEN a.administrator THEN false
            WHEN a.has_arn AND a.newer IS NULL THEN true END AS passes,
       a.which || ' is attached to the {{who}} itself' AS reason,
       a.newer || ' is in no table of AWS''s policies yet' AS not_known
FROM {{table}} d
LEFT JOIN attached a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
WHERE {{scope}}
