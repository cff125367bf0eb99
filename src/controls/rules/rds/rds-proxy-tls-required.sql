-- title: RDS proxies require TLS
-- severity: medium
-- resource: AWS::RDS::DBProxy
-- rationale: Between a client and the proxy the queries travel in clear text unless TLS is required.
-- remedy: Turn RequireTLS on.
-- mappings:
--   fsbp: [RDS.43]
--   pci-dss-4: ["4.2.1"]
--   soc-2: [CC6.7]
--   iso-27001: [A.8.24]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.require_tls AS passes,
       'TLS is not required' AS reason
FROM latest_aws_rds_dbproxy d
WHERE coalesce(d.status, '') <> 'deleting'
