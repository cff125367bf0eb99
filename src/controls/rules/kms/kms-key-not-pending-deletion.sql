-- title: No key is about to be deleted
-- severity: high
-- resource: AWS::KMS::Key
-- reads: [DescribeKey]
-- rationale: What a deleted key encrypted is gone with it, and nothing brings either back.
-- remedy: Cancel the deletion, or make sure that nothing encrypted with the key is needed.
-- mappings:
--   fsbp: [KMS.3]
--   soc-2: [A1.2]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.key_state <> 'PendingDeletion' AS passes,
       'it is deleted on ' || TRY_CAST(TRY_CAST(d.deletion_date AS date) AS varchar) AS reason
FROM latest_aws_kms_key d
WHERE coalesce(d.key_manager, 'CUSTOMER') = 'CUSTOMER'
