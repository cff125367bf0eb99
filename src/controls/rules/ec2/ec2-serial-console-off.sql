-- title: EC2 serial console access is disabled
-- severity: low
-- resource: AWS::EC2::SerialConsoleAccess
-- rationale: The serial console reaches an instance past its security groups.
-- remedy: Turn the access off, and on for the hour in which it is needed.
-- mappings:
--   soc-2: [CC6.6]
--   iso-27001: [A.8.9]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.serial_console_access_enabled AS passes,
       'Serial console access is enabled' AS reason
FROM latest_aws_ec2_serialconsoleaccess d
