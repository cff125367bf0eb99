-- No port of a list is open to everybody. ports; reason.
WITH reached AS (
  SELECT o.evidence_object, o.evidence_line,
         coalesce(bool_or(o.audience = 'everybody' AND o.protocol IN ('tcp', 'udp') AND p.port BETWEEN o.from_port AND o.to_port), false) AS open,
         coalesce(bool_or(o.audience = 'everybody' AND (o.protocol = 'all' OR o.protocol = 'tcp' AND o.from_port = 0 AND o.to_port = 65535)), false) AS whole,
         coalesce(bool_or(o.audience = 'not known' AND o.protocol IN ('tcp', 'udp') AND p.port BETWEEN o.from_port AND o.to_port), false) AS unclear,
         min(CASE WHEN o.audience = 'not known' AND o.protocol IN ('tcp', 'udp') AND p.port BETWEEN o.from_port AND o.to_port
             THEN o.problems END) AS not_known,
         min(o.evidence) AS evidence
  FROM latest_network_openings o
  CROSS JOIN UNNEST(ARRAY[{{ports}}]) AS p (port)
  WHERE o.resource_type = 'AWS::EC2::SecurityGroup'
  GROUP BY o.evidence_object, o.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.open THEN false WHEN NOT r.unclear THEN true END AS passes,
       CASE WHEN r.whole THEN 'Every port is open to everybody' ELSE '{{reason}}' END AS reason,
       'Who is let in is not known: ' || r.not_known AS not_known,
       r.evidence AS evidence
FROM latest_aws_ec2_securitygroup d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
WHERE coalesce(d.owner_id, d.account_id) = d.account_id
