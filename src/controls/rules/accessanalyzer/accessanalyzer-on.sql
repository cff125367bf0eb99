-- title: IAM Access Analyzer is active for external access in every Region
-- severity: high
-- resource: AWS::AccessAnalyzer::Analyzer
-- per: region
-- needs-to-fail: [AWS::Organizations::Organization]
-- rationale: What a policy opens to others is found by reasoning about all of them, not by reading each.
-- remedy: Make an analyzer of external access, best for the whole organization.
-- mappings:
--   cis-v3: ["1.20"]
--   cis-v5: ["1.19"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.15]
WITH analyzers AS (
  SELECT a.account_id, a.region, a.type, a.evidence_object || ':' || TRY_CAST(a.evidence_line AS varchar) AS line
  FROM latest_aws_accessanalyzer_analyzer a
  WHERE a.type IN ('ACCOUNT', 'ORGANIZATION') AND a.status = 'ACTIVE'
), holders AS (
  -- Accounts that may hold the analyzer of an organization: the management account, and those it delegates to.
  SELECT o.id AS organization, o.master_account_id AS account_id, TRY_CAST(NULL AS varchar) AS line
  FROM latest_aws_organizations_organization o
  UNION
  SELECT o.id, d.id, d.evidence_object || ':' || TRY_CAST(d.evidence_line AS varchar)
  FROM latest_aws_organizations_delegatedadministrator d
  JOIN latest_aws_organizations_organization o ON o.account_id = d.account_id
), unlisted AS (
  SELECT DISTINCT account_id, region FROM latest_gaps
  WHERE resource_type IN ('AWS::AccessAnalyzer::Analyzer', 'AWS::Organizations::DelegatedAdministrator')
    AND NOT listed AND status <> 'not-enabled'
), covering AS (
  SELECT a.account_id, a.region, a.line, TRY_CAST(NULL AS varchar) AS organization FROM analyzers a
  UNION ALL
  SELECT o.account_id, a.region, a.line, h.evidence_object || ':' || TRY_CAST(h.evidence_line AS varchar)
  FROM latest_aws_organizations_organization o
  JOIN latest_aws_organizations_organization h ON h.id = o.id AND h.account_id <> o.account_id
  JOIN analyzers a ON a.account_id = h.account_id AND a.type = 'ORGANIZATION'
), unread AS (
  SELECT DISTINCT o.account_id, coalesce(u.region, '') AS region, h.account_id AS holder, h.line
  FROM latest_aws_organizations_organization o
  JOIN holders h ON h.organization = o.id AND h.account_id <> o.account_id
  LEFT JOIN latest_accounts m ON m.account_id = h.account_id AND m.excluded IS NULL
  LEFT JOIN unlisted u ON u.account_id = h.account_id
  WHERE m.account_id IS NULL OR u.account_id IS NOT NULL
)
SELECT p.account_id, p.region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       TRY_CAST(NULL AS varchar) AS evidence_object, TRY_CAST(NULL AS bigint) AS evidence_line,
       CASE WHEN count(c.line) > 0 THEN true WHEN count(u.holder) > 0 THEN NULL ELSE false END AS passes,
       'No active analyzer of external access covers the account in this Region' AS reason,
       'The analyzers of account ' || min(u.holder) || ', which may hold that of the organization, were not read' AS not_known,
       array_agg(DISTINCT c.line) || array_agg(DISTINCT c.organization) || array_agg(DISTINCT u.line)
         || array_agg(DISTINCT o.evidence_object || ':' || TRY_CAST(o.evidence_line AS varchar)) AS evidence
FROM (SELECT DISTINCT account_id, region FROM latest_outcomes WHERE status <> 'not-enabled' AND region <> 'global') p
LEFT JOIN covering c ON c.account_id = p.account_id AND c.region = p.region
LEFT JOIN latest_aws_organizations_organization o ON o.account_id = p.account_id
LEFT JOIN unread u ON u.account_id = p.account_id AND u.region IN ('', 'global', p.region)
GROUP BY p.account_id, p.region
