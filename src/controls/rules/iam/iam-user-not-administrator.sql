-- title: IAM users do not have AdministratorAccess attached
-- severity: high
-- resource: AWS::IAM::User
-- rationale: A user has long-lived credentials; with AdministratorAccess, one lost key is the account.
-- remedy: Let people become administrators by a role, through IAM Identity Center or with MFA.
-- mappings:
--   pci-dss-4: ["7.2.5"]
--   soc-2: [CC6.3]
--   iso-27001: [A.8.2]
WITH attached AS (
  SELECT d.evidence_object, d.evidence_line,
         bool_or(json_extract_scalar(m.member, '$.PolicyArn') LIKE 'arn:%:iam::aws:policy/AdministratorAccess') AS administrator
  FROM latest_aws_iam_user d
  CROSS JOIN UNNEST(d.attached_managed_policies) AS m (member)
  GROUP BY d.evidence_object, d.evidence_line
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN cardinality(d.attached_managed_policies) = 0 THEN true ELSE NOT a.administrator END AS passes,
       'AdministratorAccess is attached to the user itself' AS reason
FROM latest_aws_iam_user d
LEFT JOIN attached a ON a.evidence_object = d.evidence_object AND a.evidence_line = d.evidence_line
