-- title: Network ACLs do not allow SSH or RDP from the internet
-- severity: medium
-- resource: AWS::EC2::NetworkAcl
-- rationale: >-
--   The ACL is the line behind the security groups: it holds when one of them is too wide.
-- remedy: Deny or narrow 22 and 3389 in the ACL; keep the ports of answers open.
-- mappings:
--   cis-v3: ["5.1"]
--   cis-v5: ["5.2"]
--   fsbp: [EC2.21]
--   pci-dss-4: ["1.3.1"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
-- in-part:
--   cis-v3 5.1: "SSH is TCP alone: port 22 of UDP is not judged"
--   cis-v5 5.2: "SSH is TCP alone: port 22 of UDP is not judged"
WITH reached AS (
  SELECT o.evidence_object, o.evidence_line,
         coalesce(bool_or(o.audience = 'everybody' AND o.is_admin), false) AS open,
         coalesce(bool_or(o.audience = 'not known' AND o.is_admin), false) AS unclear,
         min(CASE WHEN o.audience = 'not known' AND o.is_admin THEN o.problems END) AS not_known,
         min(o.evidence) AS evidence
  FROM (
    SELECT evidence_object, evidence_line, audience, problems, evidence,
           protocol = 'tcp' AND (22 BETWEEN from_port AND to_port OR 3389 BETWEEN from_port AND to_port)
             OR protocol = 'udp' AND 3389 BETWEEN from_port AND to_port AS is_admin
    FROM latest_network_openings
    WHERE resource_type = 'AWS::EC2::NetworkAcl'
  ) o
  GROUP BY o.evidence_object, o.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN r.open THEN false WHEN NOT r.unclear THEN true END AS passes,
       'Everybody is let in to SSH or RDP' AS reason,
       'Who is let in is not known: ' || r.not_known AS not_known,
       r.evidence AS evidence
FROM latest_aws_ec2_networkacl d
LEFT JOIN reached r ON r.evidence_object = d.evidence_object AND r.evidence_line = d.evidence_line
WHERE coalesce(d.owner_id, d.account_id) = d.account_id
