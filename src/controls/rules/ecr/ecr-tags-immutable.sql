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
--   fsbp ECR.2: an exclusion filter that leaves some tags mutable passes
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       bool_or(d.image_tag_mutability LIKE 'IMMUTABLE%')
         -- A filter that fits every tag leaves none immutable.
         AND NOT coalesce(bool_or(d.image_tag_mutability = 'IMMUTABLE_WITH_EXCLUSION'
           AND regexp_like(json_extract_scalar(f.member, '$.filter'), '^[*]+$')), false) AS passes,
       'Tags can be moved' AS reason
FROM latest_aws_ecr_repository d
LEFT JOIN UNNEST(d.image_tag_mutability_exclusion_filters) AS f (member) ON true
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
