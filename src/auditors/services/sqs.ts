import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type ClientConfig, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("sqs");
const nameOf = (url: string | undefined) => url?.split("/").at(-1);

/** Calls the region's endpoint, and not whatever host a queue's URL names. */
class Client extends SQSClient {
  constructor(config: ClientConfig) {
    super({ ...config, useQueueUrlAsEndpoint: false });
  }
}

/** SQS: queues, who may use them, and how they are encrypted. Never a message. */
export const sqs: Service = {
  name: "sqs",
  title: "SQS: queues, who may use them, and how they are encrypted",
  client: Client,
  collectors: [
    // Without a number of results the first thousand queues are all that is told.
    list("AWS::SQS::Queue", from(ListQueuesCommand, "QueueUrls", { as: "QueueUrl", input: { MaxResults: 1000 } }), {
      id: "QueueUrl",
      arn: ({ QueueUrl }, { partition, region, account }) =>
        `arn:${partition}:sqs:${region}:${account}:${nameOf(QueueUrl)}`,
      name: ({ QueueUrl }) => nameOf(QueueUrl),
      tags: taggingApi("sqs"),
      details: [detail(GetQueueAttributesCommand, { QueueUrl: "QueueUrl", AttributeNames: ["All"] })],
    }),
  ],
};
