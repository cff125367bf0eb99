-- title: Security Hub is enabled in every Region
-- severity: medium
-- resource: AWS::SecurityHub::Hub
-- per: region
-- rationale: Findings of a dozen services are looked at when they are in one place.
-- remedy: Enable Security Hub in every region, best by the delegated administrator of the organization.
-- mappings:
--   cis-v3: ["4.16"]
--   cis-v5: ["4.16"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.16]
SELECT p.account_id, p.region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       TRY_CAST(NULL AS varchar) AS evidence_object, TRY_CAST(NULL AS bigint) AS evidence_line,
       count(d.hub_arn) > 0 AS passes,
       'Security Hub is off' AS reason,
       array_agg(DISTINCT d.evidence_object || ':' || TRY_CAST(d.evidence_line AS varchar)) AS evidence
FROM (SELECT DISTINCT account_id, region FROM latest_outcomes WHERE status <> 'not-enabled' AND region <> 'global') p
LEFT JOIN latest_aws_securityhub_hub d ON d.account_id = p.account_id AND d.region = p.region
GROUP BY p.account_id, p.region
