-- title: Lambda functions use supported runtimes
-- severity: medium
-- resource: AWS::Lambda::Function
-- rationale: A runtime past its end gets no fixes, and one day no changes to the function either.
-- remedy: Move the function to a current version of its runtime.
-- mappings:
--   fsbp: [Lambda.2]
--   pci-dss-4: ["6.3.3"]
--   soc-2: [CC7.1]
--   iso-27001: [A.8.8]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN f.ends IS NOT NULL THEN TRY_CAST(f.ends AS date) > TRY_CAST(d.collected_at AS date)
            WHEN f.runtime IS NOT NULL THEN true END AS passes,
       'Runtime ' || d.runtime || ' is deprecated since ' || f.ends AS reason,
       'Runtime ' || coalesce(d.runtime, 'that is not named') || ' is in no table of runtimes yet' AS not_known
FROM latest_aws_lambda_function d
LEFT JOIN facts_lambda_runtimes f ON f.runtime = d.runtime
WHERE coalesce(d.package_type, 'Zip') = 'Zip'
