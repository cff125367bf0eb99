-- title: AWS Config records all resource types in every Region
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
-- in-part:
--   cis-v3 3.3: that global resource types are recorded in one Region is not asked
--   cis-v5 3.3: that global resource types are recorded in one Region is not asked
--   fsbp Config.1: that the recorder uses the service-linked role is not asked
WITH recorders AS (
  -- A recorder that a service made for itself records what that service needs.
  SELECT r.account_id, r.region, r.evidence_object || ':' || TRY_CAST(r.evidence_line AS varchar) AS line,
         json_extract_scalar(r.recording_group, '$.allSupported') = 'true' AS all_types,
         CASE WHEN element_at(r.unread, 'DescribeConfigurationRecorderStatus') IS NULL
              THEN json_extract_scalar(r.describe_configuration_recorder_status, '$.ConfigurationRecordersStatus[0].recording') = 'true' END AS recording,
         CASE WHEN element_at(r.unread, 'DescribeConfigurationRecorderStatus') IS NULL
              THEN CASE lower(json_extract_scalar(r.describe_configuration_recorder_status, '$.ConfigurationRecordersStatus[0].lastStatus'))
                     WHEN 'success' THEN true WHEN 'failure' THEN false END END AS delivered,
         json_extract_scalar(r.describe_configuration_recorder_status, '$.ConfigurationRecordersStatus[0].lastErrorCode') AS error
  FROM latest_aws_config_configurationrecorder r
  WHERE coalesce(r.service_principal, '') = '' AND coalesce(r.name, '') NOT LIKE 'AWSConfigurationRecorderFor%'
)
SELECT p.account_id, p.region, p.account_id AS resource_id, TRY_CAST(NULL AS varchar) AS arn,
       TRY_CAST(NULL AS varchar) AS evidence_object, TRY_CAST(NULL AS bigint) AS evidence_line,
       coalesce(bool_or(r.all_types AND r.recording AND r.delivered),
                CASE WHEN count(r.line) = 0 THEN false END) AS passes,
       CASE WHEN count(r.line) = 0 THEN 'There is no configuration recorder'
            WHEN bool_or(r.recording AND NOT r.delivered)
            THEN 'The last delivery of the recorder failed' || coalesce(': ' || min(r.error), '')
            WHEN bool_or(r.recording) THEN 'The recorder records some resource types alone'
            ELSE 'The recorder is stopped' END AS reason,
       'The evidence does not tell whether the recorder records and delivered' AS not_known,
       array_agg(DISTINCT r.line) AS evidence
FROM (SELECT DISTINCT account_id, region FROM latest_outcomes WHERE status <> 'not-enabled' AND region <> 'global') p
LEFT JOIN recorders r ON r.account_id = p.account_id AND r.region = p.region
GROUP BY p.account_id, p.region
