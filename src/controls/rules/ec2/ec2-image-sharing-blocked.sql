-- title: Block public access for AMIs is enabled
-- severity: medium
-- resource: AWS::EC2::ImageBlockPublicAccess
-- rationale: The setting holds against a mistake in a single image.
-- remedy: Block public access to images in each region.
-- mappings:
--   soc-2: [CC6.1]
--   iso-27001: [A.8.3]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       d.image_block_public_access_state = 'block-new-sharing' AS passes,
       'Images can be made public' AS reason
FROM latest_aws_ec2_imageblockpublicaccess d
