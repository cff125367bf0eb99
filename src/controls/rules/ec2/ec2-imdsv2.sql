-- title: EC2 instances require IMDSv2
-- severity: high
-- resource: AWS::EC2::Instance
-- rationale: >-
--   With version 1, a web application that fetches what it is told hands out the credentials of the instance.
-- remedy: Set HttpTokens to required, after the metric MetadataNoToken shows that nothing uses version 1.
-- mappings:
--   cis-v3: ["5.6"]
--   cis-v5: ["5.7"]
--   fsbp: [EC2.8]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.9]
-- in-part:
--   fsbp EC2.8: an instance whose metadata service is turned off passes without HttpTokens required
--   cis-v3 5.6: an instance whose metadata service is turned off passes without HttpTokens required
--   cis-v5 5.7: an instance whose metadata service is turned off passes without HttpTokens required
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       json_extract_scalar(d.metadata_options, '$.HttpTokens') = 'required'
         OR coalesce(json_extract_scalar(d.metadata_options, '$.HttpEndpoint'), '') = 'disabled' AS passes,
       'IMDSv1 is allowed' AS reason
FROM latest_aws_ec2_instance d
WHERE coalesce(json_extract_scalar(d.state, '$.Name'), '') NOT IN ('terminated', 'shutting-down')
