-- title: IAM role trust policies do not grant public access
-- severity: critical
-- resource: AWS::IAM::Role
-- rationale: >-
--   A trust policy that names * and asks for nothing else lets any AWS account in the world become the role.
-- remedy: Name the principals, and ask for an external id where they are others.
-- mappings:
--   pci-dss-4: ["7.2.5"]
--   soc-2: [CC6.3]
--   iso-27001: [A.5.15]
WITH audiences AS (
  SELECT evidence_object, evidence_line,
         bool_or(audience = 'everybody') AS open,
         bool_or(audience = 'not known') AS unclear,
         min(CASE WHEN audience = 'everybody' THEN why END) AS who,
         min(CASE WHEN audience = 'not known' THEN why END) AS not_known,
         min(evidence) AS evidence
  FROM latest_policy_audiences
  WHERE resource_type = 'AWS::IAM::Role' AND policy_kind = 'trust'
  GROUP BY evidence_object, evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN a.open THEN false WHEN NOT a.unclear THEN true END AS passes,
       'Everybody may assume it: ' || a.who AS reason,
       'Its trust policy is not understood: ' || a.not_known AS not_known,
       a.evidence AS evidence
FROM latest_aws_iam_role d
LEFT JOIN audiences a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
