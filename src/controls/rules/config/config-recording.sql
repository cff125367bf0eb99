-- title: AWS Config records in each region
-- severity: high
-- resource: AWS::Config::ConfigurationRecorder
-- per: region
-- rationale: How a resource was configured last month, and who changed it, is told by Config alone.
-- remedy: Start a recorder of all supported types with a delivery channel in every region.
-- mappings:
--   cis-v3: ["3.3"]
--   cis-v5: ["3.3"]
--   fsbp: [Config.1]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.9]
SELECT p.account_id, p.region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       min(d.evidence_object) AS evidence_object, min_by(d.evidence_line, d.evidence_object) AS evidence_line,
       CASE WHEN coalesce(bool_or(element_at(d.unread, 'DescribeConfigurationRecorderStatus') IS NOT NULL), false) THEN NULL
            ELSE coalesce(bool_or(json_extract_scalar(d.recording_group, '$.allSupported') = 'true'
                   AND json_extract_scalar(d.describe_configuration_recorder_status,
                         '$.ConfigurationRecordersStatus[0].recording') = 'true'), false) END AS passes,
       'no recorder of all types is recording' AS reason
FROM (SELECT DISTINCT account_id, region FROM latest_outcomes WHERE status <> 'not-enabled' AND region <> 'global') p
LEFT JOIN latest_aws_config_configurationrecorder d ON d.account_id = p.account_id AND d.region = p.region
GROUP BY p.account_id, p.region
