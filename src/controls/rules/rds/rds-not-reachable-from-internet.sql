-- title: RDS instances are not reachable from the internet
-- severity: critical
-- resource: AWS::RDS::DBInstance
-- needs: [AWS::EC2::RouteTable, AWS::EC2::SecurityGroup, AWS::EC2::SecurityGroupRule]
-- rationale: >-
--   A public address, a subnet with a route to an internet gateway and an open security group together let anybody
--   knock at the database; each alone does not.
-- remedy: >-
--   Close the security group to 0.0.0.0/0 and ::/0, then take the public address away and move the instance to
--   private subnets.
-- mappings:
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20, A.8.22]
WITH reached AS (
  SELECT o.evidence_object, o.evidence_line,
         coalesce(bool_or(o.audience = 'everybody'), false) AS open,
         coalesce(bool_or(o.audience = 'not known'), false) AS unclear,
         min(CASE WHEN o.audience = 'not known' THEN o.problems END) AS not_known,
         min(o.evidence) AS evidence
  FROM latest_network_openings o
  WHERE o.resource_type = 'AWS::RDS::DBInstance'
  GROUP BY o.evidence_object, o.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.open THEN false WHEN NOT r.unclear THEN true END AS passes,
       'Public address, route to an internet gateway, and a security group that is open to everybody' AS reason,
       'Who is let in is not known: ' || r.not_known AS not_known,
       r.evidence AS evidence
FROM latest_aws_rds_dbinstance d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
