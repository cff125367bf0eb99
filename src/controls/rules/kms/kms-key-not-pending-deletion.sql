-- title: KMS keys are not pending deletion
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
       nullif(d.key_state, '') NOT IN ('PendingDeletion', 'PendingReplicaDeletion') AS passes,
       CASE WHEN d.key_state = 'PendingReplicaDeletion' THEN 'Deletion is scheduled, and waits for the replica keys'
            ELSE coalesce('Deletion is scheduled for ' || TRY_CAST(TRY_CAST(d.deletion_date AS date) AS varchar), 'Deletion is scheduled') END AS reason
FROM latest_aws_kms_key d
WHERE coalesce(d.key_manager, 'CUSTOMER') = 'CUSTOMER'
