-- title: Functions run on runtimes that AWS still patches
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
       d.runtime NOT IN (
         'nodejs', 'nodejs4.3', 'nodejs6.10', 'nodejs8.10', 'nodejs10.x', 'nodejs12.x', 'nodejs14.x',
         'nodejs16.x', 'nodejs18.x', 'python2.7', 'python3.6', 'python3.7', 'python3.8', 'python3.9',
         'ruby2.5', 'ruby2.7', 'java8', 'go1.x', 'provided', 'dotnetcore1.0', 'dotnetcore2.0',
         'dotnetcore2.1', 'dotnetcore3.1', 'dotnet5.0', 'dotnet6', 'dotnet7') AS passes,
       d.runtime || ' is past its end' AS reason
FROM latest_aws_lambda_function d
WHERE coalesce(d.package_type, 'Zip') = 'Zip'
