-- title: IAM users have at most one active access key
-- severity: low
-- resource: AWS::IAM::User
-- reads: [ListAccessKeys]
-- rationale: The second key is for the days of a rotation; kept, it doubles what can leak.
-- remedy: Delete the key that is not used.
-- mappings:
--   cis-v3: ["1.13"]
--   cis-v5: ["1.12"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.17]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_and(json_extract(d.list_access_keys, '$.AccessKeyMetadata') IS NULL OR TRY_CAST(json_extract(d.list_access_keys, '$.AccessKeyMetadata') AS array(json)) IS NOT NULL)
            THEN CASE WHEN count(CASE WHEN json_extract_scalar(k.member, '$.Status') = 'Active' THEN 1 END) > 1 THEN false
                      -- A key that does not tell may be the second.
                      WHEN count(CASE WHEN json_extract_scalar(k.member, '$.Status') <> 'Active' THEN 1 END) >= count(*) - 1 THEN true END
            END AS passes,
       'Two active access keys' AS reason
FROM latest_aws_iam_user d
LEFT JOIN UNNEST(TRY_CAST(json_extract(d.list_access_keys, '$.AccessKeyMetadata') AS array(json))) AS k (member) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
