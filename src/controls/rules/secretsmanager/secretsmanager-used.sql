-- title: Secrets Manager secrets were accessed in the last 90 days
-- severity: low
-- resource: AWS::SecretsManager::Secret
-- rationale: A secret that nobody reads can only leak.
-- remedy: Delete the secret, with a recovery window.
-- mappings:
--   fsbp: [SecretsManager.3]
--   soc-2: [CC6.2]
--   iso-27001: [A.5.18]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       date_diff('day', coalesce(d.last_accessed_date, d.created_date), d.collected_at) <= 90 AS passes,
       'Not read for more than 90 days' AS reason
FROM latest_aws_secretsmanager_secret d
WHERE d.deleted_date IS NULL
