-- title: Network ACLs do not open SSH or RDP to everybody
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
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       coalesce(bool_and(NOT (
         json_extract_scalar(e.entry, '$.Egress') = 'false'
         AND json_extract_scalar(e.entry, '$.RuleAction') = 'allow'
         AND coalesce(json_extract_scalar(e.entry, '$.CidrBlock'), json_extract_scalar(e.entry, '$.Ipv6CidrBlock'))
             IN ('0.0.0.0/0', '::/0')
         AND (json_extract_scalar(e.entry, '$.Protocol') = '-1'
           OR json_extract_scalar(e.entry, '$.Protocol') = '6'
              AND (22 BETWEEN TRY_CAST(json_extract_scalar(e.entry, '$.PortRange.From') AS double)
                          AND TRY_CAST(json_extract_scalar(e.entry, '$.PortRange.To') AS double)
                OR 3389 BETWEEN TRY_CAST(json_extract_scalar(e.entry, '$.PortRange.From') AS double)
                            AND TRY_CAST(json_extract_scalar(e.entry, '$.PortRange.To') AS double))))),
         cardinality(d.entries) = 0) AS passes,
       'an entry allows SSH or RDP from everywhere' AS reason
FROM latest_aws_ec2_networkacl d
LEFT JOIN UNNEST(d.entries) AS e (entry) ON true
WHERE coalesce(d.owner_id, d.account_id) = d.account_id
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line, d.entries
