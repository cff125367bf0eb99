-- SSH and RDP are not open to every address of a family. family: as the table has it; name: as people write it.
WITH reached AS (
  SELECT o.evidence_object, o.evidence_line,
         coalesce(bool_or(o.audience = 'everybody' AND o.is_admin), false) AS open,
         coalesce(bool_or(o.audience = 'everybody' AND o.is_whole), false) AS whole,
         coalesce(bool_or(o.audience = 'not known' AND o.is_admin), false) AS unclear,
         min(CASE WHEN o.audience = 'not known' AND o.is_admin THEN o.problems END) AS not_known,
         min(o.evidence) AS evidence
  FROM (
    SELECT evidence_object, evidence_line, audience, problems, evidence,
           protocol = 'tcp' AND (22 BETWEEN from_port AND to_port OR 3389 BETWEEN from_port AND to_port)
             OR protocol = 'udp' AND 3389 BETWEEN from_port AND to_port AS is_admin,
           protocol = 'all' OR protocol = 'tcp' AND from_port = 0 AND to_port = 65535 AS is_whole
    FROM latest_network_openings
    WHERE resource_type = 'AWS::EC2::SecurityGroup' AND family = '{{family}}'
  ) o
  GROUP BY o.evidence_object, o.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.open THEN false WHEN NOT r.unclear THEN true END AS passes,
       CASE WHEN r.whole THEN 'Every port, SSH and RDP among them, is open to every {{name}} address'
            ELSE 'SSH or RDP is open to every {{name}} address' END AS reason,
       'Who is let in is not known: ' || r.not_known AS not_known,
       r.evidence AS evidence
FROM latest_aws_ec2_securitygroup d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
WHERE coalesce(d.owner_id, d.account_id) = d.account_id
