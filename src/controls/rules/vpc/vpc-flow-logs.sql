-- title: VPCs have flow logs of rejected traffic
-- severity: medium
-- resource: AWS::EC2::VPC
-- needs: [AWS::EC2::FlowLog]
-- rationale: Who talked to whom is told by flow logs, and after an incident by nothing else.
-- remedy: Make a flow log for the VPC, of rejected traffic at least.
-- mappings:
--   cis-v3: ["3.7"]
--   cis-v5: ["3.7"]
--   fsbp: [EC2.6]
--   pci-dss-4: ["10.2.1"]
--   soc-2: [CC7.2]
--   iso-27001: [A.8.15]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       CASE WHEN bool_or(f.flow_log_status = 'ACTIVE' AND f.traffic_type IN ('REJECT', 'ALL')) THEN true
            WHEN count(f.flow_log_id) = count(CASE WHEN f.flow_log_status IS NOT NULL THEN f.traffic_type END) THEN false END AS passes,
       CASE WHEN count(f.flow_log_id) = 0 THEN 'There is no active flow log that delivers'
            ELSE 'The flow logs leave out rejected traffic' END AS reason,
       array_agg(DISTINCT f.evidence_object || ':' || TRY_CAST(f.evidence_line AS varchar)) AS evidence
FROM latest_aws_ec2_vpc d
LEFT JOIN latest_aws_ec2_flowlog f
  ON f.account_id = d.account_id AND f.region = d.region AND f.configuration_resource_id = d.vpc_id
 AND coalesce(f.flow_log_status, 'ACTIVE') = 'ACTIVE' AND coalesce(f.deliver_logs_status, 'SUCCESS') <> 'FAILED'
WHERE coalesce(d.owner_id, d.account_id) = d.account_id
GROUP BY d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line
