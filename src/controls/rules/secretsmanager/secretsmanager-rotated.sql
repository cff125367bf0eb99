-- title: Secrets Manager secrets rotate automatically
-- severity: medium
-- resource: AWS::SecretsManager::Secret
-- rationale: A secret that nobody changes is known by everybody who ever read it.
-- remedy: Turn rotation on, with a function or as managed by the service.
-- mappings:
--   fsbp: [SecretsManager.1]
--   pci-dss-4: ["8.6.3"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.17]
-- in-part:
--   fsbp SecretsManager.1: secrets that a service of AWS manages are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.rotation_enabled, false) AS passes,
       'Rotation is off' AS reason
FROM latest_aws_secretsmanager_secret d
WHERE d.deleted_date IS NULL
  AND coalesce(d.owning_service, '') = ''
