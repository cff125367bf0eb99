-- title: GuardDuty is enabled in every Region
-- severity: high
-- resource: AWS::GuardDuty::Detector
-- per: region
-- rationale: >-
--   It sees what single logs do not show: stolen credentials in use, mining, talk with known attackers.
-- remedy: Enable GuardDuty in every region, best by the delegated administrator of the organization.
-- mappings:
--   fsbp: [GuardDuty.1]
--   pci-dss-4: ["11.5.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.16]
SELECT p.account_id, p.region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       TRY_CAST(NULL AS varchar) AS evidence_object, TRY_CAST(NULL AS bigint) AS evidence_line,
       CASE WHEN bool_or(d.status = 'ENABLED') THEN true
            WHEN count(d.evidence_line) = count(d.status) THEN false END AS passes,
       'No enabled detector' AS reason,
       array_agg(DISTINCT d.evidence_object || ':' || TRY_CAST(d.evidence_line AS varchar)) AS evidence
FROM (SELECT DISTINCT account_id, region FROM latest_outcomes WHERE status <> 'not-enabled' AND region <> 'global') p
LEFT JOIN latest_aws_guardduty_detector d ON d.account_id = p.account_id AND d.region = p.region
GROUP BY p.account_id, p.region
