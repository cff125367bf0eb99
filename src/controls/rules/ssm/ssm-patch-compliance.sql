-- title: Managed nodes are patch compliant
-- severity: high
-- resource: AWS::SSM::ResourceCompliance
-- rationale: A machine that misses patches has holes that are published.
-- remedy: Run AWS-RunPatchBaseline, and give the machine a maintenance window.
-- mappings:
--   fsbp: [SSM.2]
--   pci-dss-4: ["6.3.3"]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.8]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.compliance_type = 'Patch' AND d.status = 'COMPLIANT' OR d.compliance_type <> 'Patch' AS passes,
       'Patches are missing' AS reason
FROM latest_aws_ssm_resourcecompliance d
WHERE coalesce(d.compliance_type, 'Patch') = 'Patch'
