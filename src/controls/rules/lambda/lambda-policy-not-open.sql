-- title: Lambda function policies do not grant public access
-- severity: critical
-- resource: AWS::Lambda::Function
-- reads: [GetPolicy]
-- rationale: A function that everybody may call does its work, with its role, for everybody.
-- remedy: Name the caller in the permission, and the source account where it is a service.
-- mappings:
--   fsbp: [Lambda.1]
--   pci-dss-4: ["7.2.5"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
-- in-part:
--   fsbp Lambda.1: policies of the function itself alone, not those of its versions and aliases
WITH audiences AS (
  SELECT evidence_object, evidence_line,
         bool_or(audience = 'everybody' OR coalesce(on_behalf_of, '') = 'everybody') AS open,
         bool_or(audience = 'not known' OR coalesce(on_behalf_of, '') = 'not known') AS unclear,
         min(CASE WHEN audience = 'everybody' OR coalesce(on_behalf_of, '') = 'everybody' THEN why END) AS who,
         min(CASE WHEN audience = 'not known' OR coalesce(on_behalf_of, '') = 'not known' THEN why END) AS not_known,
         min(evidence) AS evidence
  FROM latest_policy_audiences
  WHERE resource_type = 'AWS::Lambda::Function' AND policy_kind = 'resource'
  GROUP BY evidence_object, evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN a.open THEN false WHEN NOT a.unclear THEN true END AS passes,
       'Its policy lets everybody in, or a service that acts for any account: ' || a.who AS reason,
       'Its policy is not understood: ' || a.not_known AS not_known,
       a.evidence AS evidence
FROM latest_aws_lambda_function d
LEFT JOIN audiences a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
