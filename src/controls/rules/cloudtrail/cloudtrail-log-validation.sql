-- title: CloudTrail trails have log file validation enabled
-- severity: low
-- resource: AWS::CloudTrail::Trail
-- rationale: With digests, a log that was altered or deleted shows.
-- remedy: Turn log file validation on.
-- mappings:
--   cis-v3: ["3.2"]
--   cis-v5: ["3.2"]
--   fsbp: [CloudTrail.4]
--   pci-dss-4: ["10.3.4"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.log_file_validation_enabled AS passes,
       'Log file validation is off' AS reason
FROM latest_aws_cloudtrail_trail d
