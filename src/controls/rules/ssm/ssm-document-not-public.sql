-- title: Systems Manager documents are not public
-- severity: critical
-- resource: AWS::SSM::Document
-- reads: [DescribeDocumentPermission]
-- rationale: A document shows how the fleet is run, and sometimes with which keys.
-- remedy: Take the share with all away, and block public sharing in the settings of the service.
-- mappings:
--   fsbp: [SSM.4]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
WITH shares AS (
  SELECT d.evidence_object, d.evidence_line,
         bool_or(lower(json_extract_scalar(s.share, '$.AccountId')) = 'all') AS public
  FROM latest_aws_ssm_document d
  CROSS JOIN UNNEST(TRY_CAST(json_extract(d.describe_document_permission, '$.AccountSharingInfoList') AS array(json))) AS s (share)
  GROUP BY d.evidence_object, d.evidence_line
), ids AS (
  SELECT d.evidence_object, d.evidence_line, bool_or(lower(json_extract_scalar(i.id, '$')) = 'all') AS public
  FROM latest_aws_ssm_document d
  CROSS JOIN UNNEST(TRY_CAST(json_extract(d.describe_document_permission, '$.AccountIds') AS array(json))) AS i (id)
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT (coalesce(i.public, false) OR coalesce(s.public, false)) AS passes,
       'Everybody may use the document' AS reason
FROM latest_aws_ssm_document d
LEFT JOIN ids i ON i.evidence_object = d.evidence_object AND i.evidence_line = d.evidence_line
LEFT JOIN shares s ON s.evidence_object = d.evidence_object AND s.evidence_line = d.evidence_line
