-- title: CloudTrail trails are encrypted with a KMS key
-- severity: medium
-- resource: AWS::CloudTrail::Trail
-- rationale: Who may read what everybody did is then decided by the key too, and not by the bucket alone.
-- remedy: Name a KMS key for the trail and let CloudTrail use it.
-- mappings:
--   cis-v3: ["3.5"]
--   cis-v5: ["3.5"]
--   fsbp: [CloudTrail.2]
--   pci-dss-4: ["10.3.2"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(d.kms_key_id, '') <> '' AS passes,
       'No key is named' AS reason
FROM latest_aws_cloudtrail_trail d
