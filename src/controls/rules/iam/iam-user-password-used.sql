-- title: IAM users with a console password signed in during the last 45 days
-- severity: medium
-- resource: AWS::IAM::User
-- needs: [AWS::IAM::CredentialReport]
-- rationale: A sign-in that nobody misses is one that nobody watches.
-- remedy: Delete the password of the user, or the user.
-- mappings:
--   cis-v3: ["1.12"]
--   cis-v5: ["1.11"]
--   pci-dss-4: ["8.2.6"]
--   soc-2: [CC6.2]
--   iso-27001: [A.5.18]
-- in-part:
--   cis-v3 1.12: passwords alone; access keys are judged by iam-access-key-used
--   cis-v5 1.11: passwords alone; access keys are judged by iam-access-key-used
WITH lines AS (
  SELECT r.account_id, l.line, r.evidence_object || ':' || TRY_CAST(r.evidence_line AS varchar) AS evidence_ref
  FROM latest_aws_iam_credentialreport r
  CROSS JOIN UNNEST(split(TRY(from_utf8(from_base64(json_extract_scalar(r.get_credential_report, '$.Content')))), chr(10)))
    AS l (line)
)
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN lower(split_part(l.line, ',', 4)) = 'false' THEN true
            WHEN lower(split_part(l.line, ',', 4)) = 'true'
            THEN date_diff('day', TRY_CAST(substr(CASE WHEN split_part(l.line, ',', 5) LIKE '20%' THEN split_part(l.line, ',', 5)
                                           ELSE split_part(l.line, ',', 6) END, 1, 10) AS date), TRY_CAST(d.collected_at AS date)) <= 45 END AS passes,
       'The password was last used or changed more than 45 days ago' AS reason,
       CASE WHEN l.line IS NULL THEN 'The credential report has no line of the user'
            ELSE 'The line of the user in the credential report does not tell' END AS not_known,
       ARRAY[l.evidence_ref] AS evidence
FROM latest_aws_iam_user d
LEFT JOIN lines l ON l.account_id = d.account_id AND split_part(l.line, ',', 1) = d.user_name
