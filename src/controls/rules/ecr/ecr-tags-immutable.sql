-- title: ECR repositories have immutable image tags
-- severity: medium
-- resource: AWS::ECR::Repository
-- rationale: What runs under a tag must be what was tested under it.
-- remedy: Set the tag mutability of the repository to IMMUTABLE.
-- mappings:
--   fsbp: [ECR.2]
--   soc-2: [CC8.1]
--   iso-27001: [A.8.32]
-- in-part:
--   fsbp ECR.2: tags that an exclusion filter leaves mutable are not asked
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.image_tag_mutability LIKE 'IMMUTABLE%' AS passes,
       'Tags can be moved' AS reason
FROM latest_aws_ecr_repository d
