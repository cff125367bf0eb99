-- title: IAM users with a console password have MFA enabled
-- severity: high
-- resource: AWS::IAM::User
-- needs: [AWS::IAM::CredentialReport]
-- rationale: A password is phished, guessed or found; a second factor is what is missing then.
-- remedy: Have the user register an MFA device, or move the user to IAM Identity Center and delete the password.
-- mappings:
--   cis-v3: ["1.10"]
--   cis-v5: ["1.9"]
--   fsbp: [IAM.5]
--   pci-dss-4: ["8.4.2"]
--   soc-2: [CC6.1]
--   iso-27001: [A.8.5]
WITH lines AS (
  SELECT r.account_id, l.line, r.evidence_object || ':' || TRY_CAST(r.evidence_line AS varchar) AS evidence_ref
  FROM latest_aws_iam_credentialreport r
  CROSS JOIN UNNEST(split(TRY(from_utf8(from_base64(json_extract_scalar(r.get_credential_report, '$.Content')))), chr(10)))
    AS l (line)
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN lower(split_part(l.line, ',', 4)) = 'false' THEN true
            WHEN lower(split_part(l.line, ',', 4)) = 'true'
            THEN CASE lower(replace(split_part(l.line, ',', 8), chr(13), '')) WHEN 'true' THEN true WHEN 'false' THEN false END END AS passes,
       'Console password enabled, no MFA device' AS reason,
       CASE WHEN l.line IS NULL THEN 'The credential report has no line of the user'
            ELSE 'The line of the user in the credential report does not tell' END AS not_known,
       ARRAY[l.evidence_ref] AS evidence
FROM latest_aws_iam_user d
LEFT JOIN lines l ON l.account_id = d.account_id AND split_part(l.line, ',', 1) = d.user_name
