-- title: CodeBuild projects are private
-- severity: high
-- resource: AWS::CodeBuild::Project
-- reads: [BatchGetProjects]
-- rationale: A public project shows logs and artifacts to everybody.
-- remedy: Set the visibility of the project to private.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(nullif(d.project_visibility, ''), 'PRIVATE') <> 'PUBLIC_READ' AS passes,
       'Builds are public' AS reason
FROM latest_aws_codebuild_project d
