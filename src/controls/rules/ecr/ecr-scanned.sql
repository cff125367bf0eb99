-- title: ECR repositories scan images on push
-- severity: medium
-- resource: AWS::ECR::Repository
-- reads: [BatchGetRepositoryScanningConfiguration]
-- rationale: What is known of an image when it is pushed is what can be stopped before it runs.
-- remedy: Turn scanning on push on, or enhanced scanning for the registry.
-- mappings:
--   fsbp: [ECR.1]
--   pci-dss-4: ["6.3.1"]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.8]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.scan_on_push OR coalesce(d.scan_frequency, '') IN ('SCAN_ON_PUSH', 'CONTINUOUS_SCAN') AS passes,
       'Images are not scanned on push' AS reason
FROM latest_aws_ecr_repository d
