-- title: Web ACLs have logging enabled
-- severity: low
-- resource: AWS::WAFv2::WebACL
-- reads: [GetLoggingConfiguration]
-- rationale: What was turned away, and what was not, is told by these logs.
-- remedy: Give the web ACL a logging configuration.
-- mappings:
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.get_logging_configuration IS NULL THEN false
            WHEN json_size(d.get_logging_configuration, '$.LoggingConfiguration.LogDestinationConfigs') = 0 THEN NULL
            ELSE true END AS passes,
       'Requests are not logged' AS reason
FROM latest_aws_wafv2_webacl d
