-- title: CodeBuild projects do not run in privileged mode
-- severity: medium
-- resource: AWS::CodeBuild::Project
-- reads: [BatchGetProjects]
-- rationale: A privileged build reaches the host of its container; it is needed for building images alone.
-- remedy: Turn privileged mode off, or except the projects that build images.
-- mappings:
--   soc-2: [CC6.3]
--   iso-27001: [A.8.2]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.environment IS NOT NULL
            THEN coalesce(json_extract_scalar(d.environment, '$.privilegedMode'), 'false') <> 'true' END AS passes,
       'Builds run privileged' AS reason
FROM latest_aws_codebuild_project d
