-- title: EC2 instances have an IAM role
-- severity: low
-- resource: AWS::EC2::Instance
-- rationale: Without a role, what runs there finds its credentials in a file.
-- remedy: Attach an instance profile with the permissions that are used.
-- mappings:
--   cis-v3: ["1.18"]
--   cis-v5: ["1.17"]
--   soc-2: [CC6.1]
--   iso-27001: [A.5.17]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.iam_instance_profile IS NULL THEN false
            WHEN coalesce(json_extract_scalar(d.iam_instance_profile, '$.Arn'), json_extract_scalar(d.iam_instance_profile, '$.Id'), '') <> ''
            THEN true END AS passes,
       'No instance profile' AS reason
FROM latest_aws_ec2_instance d
WHERE coalesce(json_extract_scalar(d.state, '$.Name'), '') NOT IN ('terminated', 'shutting-down')
