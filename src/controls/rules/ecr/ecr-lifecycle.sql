-- title: ECR repositories have a lifecycle policy
-- severity: medium
-- resource: AWS::ECR::Repository
-- reads: [GetLifecyclePolicy]
-- rationale: Old images are kept with their holes, and one day pulled.
-- remedy: Write a policy that expires images which nobody needs.
-- mappings:
--   fsbp: [ECR.3]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.10]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.get_lifecycle_policy IS NOT NULL AS passes,
       'No lifecycle policy' AS reason
FROM latest_aws_ecr_repository d
