-- title: SNS topics are encrypted with a KMS key
-- severity: medium
-- resource: AWS::SNS::Topic
-- reads: [GetTopicAttributes]
-- rationale: Messages wait on disks until they are delivered.
-- remedy: Name a KMS key for the topic.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(json_extract_scalar(d.get_topic_attributes, '$.Attributes.KmsMasterKeyId'), '') <> '' AS passes,
       'No key is named' AS reason
FROM latest_aws_sns_topic d
