-- title: A multi-Region CloudTrail trail records all management events of the account
-- severity: high
-- resource: AWS::CloudTrail::Trail
-- per: account
-- rationale: What is done in a region that nobody uses is what nobody sees.
-- remedy: Make a trail of all regions, best for the whole organization, and start it.
-- mappings:
--   cis-v3: ["3.1"]
--   cis-v5: ["3.1"]
--   fsbp: [CloudTrail.1]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
WITH trails AS (
  SELECT t.account_id, t.evidence_object || ':' || TRY_CAST(t.evidence_line AS varchar) AS line,
         coalesce(t.is_organization_trail, false) AS of_organization,
         CASE WHEN t.is_multi_region_trail AND element_at(t.unread, 'GetTrailStatus') IS NULL
              THEN json_extract_scalar(t.get_trail_status, '$.IsLogging') = 'true' END AS logging,
         t.get_event_selectors AS selectors
  FROM latest_aws_cloudtrail_trail t
  WHERE coalesce(t.is_multi_region_trail, true)
), basic AS (
  -- What leaves out events of a service, such as KMS, does not record all of them.
  SELECT t.line, json_extract_scalar(s.selector, '$.ReadWriteType') AS kind
  FROM trails t
  CROSS JOIN UNNEST(TRY_CAST(json_extract(t.selectors, '$.EventSelectors') AS array(json))) AS s (selector)
  WHERE json_extract_scalar(s.selector, '$.IncludeManagementEvents') = 'true'
    AND json_extract_scalar(s.selector, '$.ExcludeManagementEventSources[0]') IS NULL
), advanced AS (
  SELECT t.line, json_format(s.selector) AS selector,
         json_extract_scalar(f.field, '$.Field') AS field,
         json_extract_scalar(f.field, '$.Equals[0]') AS first_value, json_extract_scalar(f.field, '$.Equals[1]') AS second_value
  FROM trails t
  CROSS JOIN UNNEST(TRY_CAST(json_extract(t.selectors, '$.AdvancedEventSelectors') AS array(json))) AS s (selector)
  CROSS JOIN UNNEST(TRY_CAST(json_extract(s.selector, '$.FieldSelectors') AS array(json))) AS f (field)
), management AS (
  -- Any other field leaves out some of them.
  SELECT line,
         min(CASE WHEN field = 'readOnly' AND second_value IS NULL THEN first_value END) AS read_only
  FROM advanced
  GROUP BY line, selector
  HAVING bool_or(field = 'eventCategory' AND first_value = 'Management')
     AND bool_and(field = 'eventCategory' OR (field = 'readOnly' AND first_value IS NOT NULL))
), events AS (
  SELECT line, kind IN ('All', 'ReadOnly') AS reads, kind IN ('All', 'WriteOnly') AS writes FROM basic
  UNION ALL
  SELECT line, coalesce(read_only, 'true') = 'true', coalesce(read_only, 'false') = 'false' FROM management
), recording AS (
  SELECT t.account_id, t.line, t.of_organization, t.logging,
         CASE WHEN TRY_CAST(json_extract(t.selectors, '$.EventSelectors') AS array(json)) IS NOT NULL
                OR TRY_CAST(json_extract(t.selectors, '$.AdvancedEventSelectors') AS array(json)) IS NOT NULL
              THEN coalesce(bool_or(e.reads), false) END AS reads,
         CASE WHEN TRY_CAST(json_extract(t.selectors, '$.EventSelectors') AS array(json)) IS NOT NULL
                OR TRY_CAST(json_extract(t.selectors, '$.AdvancedEventSelectors') AS array(json)) IS NOT NULL
              THEN coalesce(bool_or(e.writes), false) END AS writes
  FROM trails t
  LEFT JOIN events e ON e.line = t.line
  GROUP BY t.account_id, t.line, t.of_organization, t.logging, t.selectors
), unlisted AS (
  SELECT DISTINCT account_id FROM latest_gaps
  WHERE resource_type = 'AWS::CloudTrail::Trail' AND NOT listed AND status <> 'not-enabled'
), asked AS (
  -- Accounts of which it is known whether they are in an organization.
  SELECT account_id FROM latest_outcomes
  WHERE region = 'global' AND counts LIKE '%"AWS::Organizations::Organization":%'
  UNION
  SELECT account_id FROM latest_gaps
  WHERE resource_type = 'AWS::Organizations::Organization' AND status = 'not-enabled'
), covering AS (
  -- A trail of an organization is its management account's, and records the accounts of that organization alone.
  SELECT p.account_id, r.line, r.logging, r.reads, r.writes, TRY_CAST(NULL AS varchar) AS organization
  FROM latest_accounts p
  JOIN recording r ON r.account_id = p.account_id
  UNION ALL
  SELECT o.account_id, r.line, r.logging, r.reads, r.writes, o.evidence_object || ':' || TRY_CAST(o.evidence_line AS varchar)
  FROM latest_aws_organizations_organization o
  JOIN recording r ON r.account_id = o.master_account_id AND r.of_organization AND r.account_id <> o.account_id
)
SELECT p.account_id, 'global' AS region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       TRY_CAST(NULL AS varchar) AS evidence_object, TRY_CAST(NULL AS bigint) AS evidence_line,
       CASE WHEN bool_or(c.logging AND c.reads) AND bool_or(c.logging AND c.writes) THEN true
            WHEN coalesce(bool_or(c.line IS NOT NULL AND c.logging IS NULL), false)
              OR coalesce(bool_or(c.logging AND (c.reads IS NULL OR c.writes IS NULL)), false)
              OR (min(o.master_account_id) <> p.account_id
                  AND (count(m.account_id) = 0 OR count(u.account_id) > 0))
              -- What a trail of the account leaves out is found, whatever its organization records.
              OR (count(a.account_id) = 0 AND NOT coalesce(bool_or(c.logging), false)) THEN NULL
            ELSE false END AS passes,
       CASE WHEN coalesce(bool_or(c.logging AND c.reads), false) THEN 'No multi-Region trail records write management events'
            WHEN coalesce(bool_or(c.logging AND c.writes), false) THEN 'No multi-Region trail records read management events'
            WHEN coalesce(bool_or(c.logging), false) THEN 'No multi-Region trail records all management events'
            ELSE 'No multi-Region trail is logging, in the account or for its organization' END AS reason,
       CASE WHEN coalesce(bool_or(c.line IS NOT NULL AND c.logging IS NULL), false) THEN 'The status of a trail was not read'
            WHEN coalesce(bool_or(c.logging AND (c.reads IS NULL OR c.writes IS NULL)), false)
            THEN 'The event selectors of a trail were not read'
            WHEN count(a.account_id) = 0 THEN 'Whether the account is in an organization was not read'
            ELSE 'The trails of the management account ' || min(o.master_account_id) || ' were not read' END AS not_known,
       array_agg(DISTINCT c.line) || array_agg(DISTINCT c.organization) || array_agg(DISTINCT o.evidence_object || ':' || TRY_CAST(o.evidence_line AS varchar)) AS evidence
FROM (SELECT account_id FROM latest_accounts WHERE excluded IS NULL) p
LEFT JOIN covering c ON c.account_id = p.account_id
LEFT JOIN latest_aws_organizations_organization o ON o.account_id = p.account_id
LEFT JOIN latest_accounts m ON m.account_id = o.master_account_id AND m.excluded IS NULL
LEFT JOIN asked a ON a.account_id = p.account_id
LEFT JOIN unlisted u ON u.account_id = o.master_account_id
GROUP BY p.account_id
