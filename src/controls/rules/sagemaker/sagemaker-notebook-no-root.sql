-- title: SageMaker notebook instances have root access disabled
-- severity: high
-- resource: AWS::SageMaker::NotebookInstance
-- reads: [DescribeNotebookInstance]
-- rationale: Root in the notebook changes what protects it.
-- remedy: Disable root access.
-- mappings:
--   fsbp: [SageMaker.3]
--   soc-2: [CC6.3]
--   iso-27001: [A.8.2]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.root_access = 'Disabled' AS passes,
       'Root access is enabled' AS reason
FROM latest_aws_sagemaker_notebookinstance d
WHERE coalesce(d.notebook_instance_status, '') <> 'Deleting'
