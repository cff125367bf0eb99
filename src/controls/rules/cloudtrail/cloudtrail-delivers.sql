-- title: CloudTrail trails are logging and deliver without errors
-- severity: high
-- resource: AWS::CloudTrail::Trail
-- reads: [GetTrailStatus]
-- rationale: A trail that was stopped, or whose bucket refuses it, looks like one that works until it is needed.
-- remedy: Start logging; let the policy of the bucket and of the key admit CloudTrail.
-- mappings:
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.get_trail_status, '$.IsLogging') = 'true'
         AND coalesce(json_extract_scalar(d.get_trail_status, '$.LatestDeliveryError'), '') = '' AS passes,
       coalesce('Delivery: ' || json_extract_scalar(d.get_trail_status, '$.LatestDeliveryError'), 'Logging is stopped') AS reason
FROM latest_aws_cloudtrail_trail d
