-- title: Amazon MQ brokers are not publicly accessible
-- severity: high
-- resource: AWS::AmazonMQ::Broker
-- reads: [DescribeBroker]
-- rationale: A broker with a public address is one wrong password away from every message.
-- remedy: Make the broker again without public accessibility.
-- mappings:
--   pci-dss-4: ["1.4.4"]
--   soc-2: [CC6.6]
--   iso-27001: [A.8.20]
SELECT d.account_id, d.region, d.resource_id, d.arn, d.evidence_object, d.evidence_line,
       NOT d.publicly_accessible AS passes,
       'Has a public address' AS reason
FROM latest_aws_amazonmq_broker d
WHERE coalesce(d.broker_state, '') <> 'DELETION_IN_PROGRESS'
