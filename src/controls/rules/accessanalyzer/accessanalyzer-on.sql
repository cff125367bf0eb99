-- title: IAM Access Analyzer watches for access from outside in each region
-- severity: high
-- resource: AWS::AccessAnalyzer::Analyzer
-- per: region
-- rationale: What a policy opens to others is found by reasoning about all of them, not by reading each.
-- remedy: Make an analyzer of external access, best for the whole organization.
-- mappings:
--   cis-v3: ["1.20"]
--   cis-v5: ["1.19"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.15]
SELECT p.account_id, p.region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       min(d.evidence_object) AS evidence_object, min_by(d.evidence_line, d.evidence_object) AS evidence_line,
       coalesce(bool_or(d.type IN ('ACCOUNT', 'ORGANIZATION') AND d.status = 'ACTIVE'), false) AS passes,
       'there is no active analyzer of external access' AS reason
FROM (SELECT DISTINCT account_id, region FROM latest_outcomes WHERE status <> 'not-enabled' AND region <> 'global') p
LEFT JOIN latest_aws_accessanalyzer_analyzer d ON d.account_id = p.account_id AND d.region = p.region
GROUP BY p.account_id, p.region
