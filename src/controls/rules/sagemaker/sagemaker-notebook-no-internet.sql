-- title: SageMaker notebook instances have no direct internet access
-- severity: high
-- resource: AWS::SageMaker::NotebookInstance
-- reads: [DescribeNotebookInstance]
-- rationale: What is read in a notebook leaves by the same way it came in.
-- remedy: Make the notebook again in a VPC, with direct internet access disabled.
-- mappings:
--   fsbp: [SageMaker.1]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.direct_internet_access = 'Disabled' AS passes,
       'Has direct internet access' AS reason
FROM latest_aws_sagemaker_notebookinstance d
WHERE coalesce(d.notebook_instance_status, '') <> 'Deleting'
