-- title: SQS queues are encrypted
-- severity: medium
-- resource: AWS::SQS::Queue
-- reads: [GetQueueAttributes]
-- rationale: Messages wait on disks until somebody takes them.
-- remedy: Turn encryption on, with keys of SQS or of KMS.
-- mappings:
--   fsbp: [SQS.1]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_queue_attributes, '$.Attributes.KmsMasterKeyId') <> ''
         OR json_extract_scalar(d.get_queue_attributes, '$.Attributes.SqsManagedSseEnabled') = 'true', false) AS passes,
       'Encryption is off' AS reason
FROM latest_aws_sqs_queue d
