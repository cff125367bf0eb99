-- title: SES identity policies do not grant public access
-- severity: high
-- resource: AWS::SES::EmailIdentity
-- reads: [GetEmailIdentity]
-- rationale: Whoever may send with an identity writes mail in your name, signed by your domain.
-- remedy: Name the accounts, or ask for the organization.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
WITH audiences AS (
  SELECT evidence_object, evidence_line,
         bool_or(audience = 'everybody') AS open,
         bool_or(audience = 'not known') AS unclear,
         min(CASE WHEN audience = 'everybody' THEN why END) AS who,
         min(CASE WHEN audience = 'not known' THEN why END) AS not_known,
         min(evidence) AS evidence
  FROM latest_policy_audiences
  WHERE resource_type = 'AWS::SES::EmailIdentity' AND policy_kind = 'resource'
  GROUP BY evidence_object, evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN a.open THEN false WHEN NOT a.unclear THEN true END AS passes,
       'Its policy lets everybody in: ' || a.who AS reason,
       'Its policy is not understood: ' || a.not_known AS not_known,
       a.evidence AS evidence
FROM latest_aws_ses_emailidentity d
LEFT JOIN audiences a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
