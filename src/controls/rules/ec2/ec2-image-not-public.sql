-- title: AMIs are not public
-- severity: high
-- resource: AWS::EC2::Image
-- rationale: >-
--   An image carries everything that was on the disk when it was made: code, keys, history.
-- remedy: Make the image private, and block public access to images for the account.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.public AS passes,
       'Anybody can launch the image' AS reason
FROM latest_aws_ec2_image d
WHERE coalesce(d.state, '') <> 'deregistered'
