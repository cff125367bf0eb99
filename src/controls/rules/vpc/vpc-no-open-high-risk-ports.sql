-- title: Security groups do not allow high-risk ports from the internet
-- severity: high
-- resource: AWS::EC2::SecurityGroup
-- needs: [AWS::EC2::SecurityGroupRule]
-- rationale: >-
--   What listens on these ports (FTP, SSH, Telnet, mail, Windows file sharing, databases, dashboards) is scanned for
--   within minutes and seldom meant for everybody.
-- remedy: Allow the networks that need it, or use Session Manager and private endpoints instead.
-- mappings:
--   fsbp: [EC2.19]
--   pci-dss-4: ["1.3.1"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
WITH reached AS (
  SELECT o.evidence_object, o.evidence_line,
         coalesce(bool_or(o.audience = 'everybody' AND o.protocol IN ('tcp', 'udp') AND p.port BETWEEN o.from_port AND o.to_port), false) AS open,
         coalesce(bool_or(o.audience = 'not known' AND o.protocol IN ('tcp', 'udp') AND p.port BETWEEN o.from_port AND o.to_port), false) AS unclear,
         min(CASE WHEN o.audience = 'not known' AND o.protocol IN ('tcp', 'udp') AND p.port BETWEEN o.from_port AND o.to_port
             THEN o.problems END) AS not_known,
         min(o.evidence) AS evidence
  FROM latest_network_openings o
  CROSS JOIN UNNEST(ARRAY[
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333,
    5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300
  ]) AS p (port)
  WHERE o.resource_type = 'AWS::EC2::SecurityGroup'
  GROUP BY o.evidence_object, o.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.open THEN false WHEN NOT r.unclear THEN true END AS passes,
       'The port of a database is open to everybody' AS reason,
       'Who is let in is not known: ' || r.not_known AS not_known,
       r.evidence AS evidence
FROM latest_aws_ec2_securitygroup d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
WHERE coalesce(d.owner_id, d.account_id) = d.account_id
