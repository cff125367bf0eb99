-- title: Attached customer managed IAM policies do not grant full access
-- severity: high
-- resource: AWS::IAM::ManagedPolicy
-- rationale: Whoever has such a policy, or takes over what has it, owns the account.
-- remedy: Allow the actions that are used, or use AdministratorAccess where it is meant and seen.
-- mappings:
--   cis-v3: ["1.16"]
--   cis-v5: ["1.15"]
--   fsbp: [IAM.1]
--   pci-dss-4: ["7.2.5"]
--   soc-2: [CC6.3]
--   iso-27001: [A.8.2]
-- in-part:
--   cis-v3 1.16: "customer managed policies alone: inline policies and those of AWS are not judged"
--   cis-v5 1.15: "customer managed policies alone: inline policies and those of AWS are not judged"
--   fsbp IAM.1: policies that are attached to nothing are not judged
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN d.attachment_count IS NOT NULL THEN NOT p.allows_everything END AS passes,
       'It allows nearly every action on nearly every resource' AS reason,
       'It is not understood: ' || p.problem AS not_known,
       p.evidence AS evidence
FROM latest_aws_iam_managedpolicy d
LEFT JOIN latest_policies p
  ON p.resource_type = 'AWS::IAM::ManagedPolicy' AND p.evidence_object = d.evidence_object
 AND p.evidence_line = d.evidence_line
WHERE coalesce(d.attachment_count, 1) > 0
