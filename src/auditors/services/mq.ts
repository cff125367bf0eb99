import { DescribeBrokerCommand, ListBrokersCommand, ListConfigurationsCommand, MqClient } from "@aws-sdk/client-mq";
import { inline, reads, type Service } from "../collector.ts";

const { from, list, describe } = reads("mq");

/** MQ: brokers, whether they are public, and what is logged of them. */
export const mq: Service = {
  name: "mq",
  title: "MQ: brokers, whether they are public, and what is logged of them",
  client: MqClient,
  collectors: [
    list("AWS::AmazonMQ::Broker", from(ListBrokersCommand, "BrokerSummaries", { input: { MaxResults: 100 } }), {
      id: "BrokerId",
      arn: "BrokerArn",
      name: "BrokerName",
      describe: describe(DescribeBrokerCommand, { BrokerId: "BrokerId" }),
      tags: inline("Tags"),
    }),
    list(
      "AWS::AmazonMQ::Configuration",
      from(ListConfigurationsCommand, "Configurations", { input: { MaxResults: 100 } }),
      {
        id: "Id",
        arn: "Arn",
        name: "Name",
        tags: inline("Tags"),
      },
    ),
  ],
};
