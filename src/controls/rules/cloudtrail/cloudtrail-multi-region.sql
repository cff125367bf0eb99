-- title: A trail records all regions of the account
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
WITH recording AS (
  -- A trail of the organization is told of in the management account alone, and records all others too.
  SELECT account_id, coalesce(is_organization_trail, false) AS of_organization,
         CASE WHEN element_at(unread, 'GetTrailStatus') IS NULL
              THEN coalesce(json_extract_scalar(get_trail_status, '$.IsLogging'), 'false') = 'true' END AS logging
  FROM latest_aws_cloudtrail_trail
  WHERE is_multi_region_trail
)
SELECT p.account_id, 'global' AS region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       TRY_CAST(NULL AS varchar) AS evidence_object, TRY_CAST(NULL AS bigint) AS evidence_line,
       CASE WHEN bool_or(r.logging) THEN true
            WHEN count(r.account_id) > count(r.logging) OR count(o.account_id) > count(m.account_id) THEN NULL
            ELSE false END AS passes,
       'no trail of all regions is recording, neither here nor in a management account that was read' AS reason
FROM (SELECT account_id FROM latest_accounts WHERE excluded IS NULL) p
LEFT JOIN recording r ON r.account_id = p.account_id OR r.of_organization
LEFT JOIN latest_aws_organizations_organization o ON o.account_id = p.account_id
LEFT JOIN latest_accounts m ON m.account_id = o.master_account_id AND m.excluded IS NULL
GROUP BY p.account_id
