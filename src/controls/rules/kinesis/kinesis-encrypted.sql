-- title: Kinesis data streams are encrypted at rest
-- severity: medium
-- resource: AWS::Kinesis::Stream
-- reads: [DescribeStreamSummary]
-- rationale: A stream keeps what passes through it for a day or longer.
-- remedy: Turn server-side encryption on with a KMS key.
-- mappings:
--   fsbp: [Kinesis.1]
--   pci-dss-4: ["3.5.1"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.describe_stream_summary, '$.StreamDescriptionSummary.EncryptionType') = 'KMS' AS passes,
       'Not encrypted' AS reason
FROM latest_aws_kinesis_stream d
WHERE coalesce(d.stream_status, '') <> 'DELETING'
