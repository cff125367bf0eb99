import * as sdk from "@aws-sdk/client-sqs";
import { AwsError, type Call, type Service } from "../service.ts";
import type { StoredQueue } from "../state.ts";

const urlOf = ({ region, account }: Call, name: string) => `https://sqs.${region}.amazonaws.com/${account}/${name}`;

function queueOf(call: Call, url: string | undefined): StoredQueue {
  const queue = [...call.state.queues.values()].find((each) => each.url === url);
  if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
  return queue;
}
const onQueue = (action: string) => (input: { QueueUrl?: string | undefined }, call: Call) => {
  const queue = queueOf(call, input.QueueUrl);
  return [
    { action: `sqs:${action}`, resource: queue.arn, owner: queue.account, resourcePolicy: queue.attributes.Policy },
  ];
};

/** SQS: queues that keep what could not be delivered. */
export const sqs: Service = {
  signingName: "sqs",
  iamPrefix: "sqs",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateQueue: {
      permissions: ({ QueueName = "" }: sdk.CreateQueueRequest, call) => [
        { action: "sqs:CreateQueue", resource: `arn:aws:sqs:${call.region}:${call.account}:${QueueName}` },
      ],
      run: (input: sdk.CreateQueueRequest, call): sdk.CreateQueueResult => {
        const name = input.QueueName ?? "";
        const arn = `arn:aws:sqs:${call.region}:${call.account}:${name}`;
        const url = urlOf(call, name);
        const standing = call.state.queues.get(arn);
        const attributes = { ...standing?.attributes, ...(input.Attributes as Record<string, string> | undefined) };
        call.state.queues.set(arn, { account: call.account, arn, url, attributes, messages: standing?.messages ?? [] });
        return { QueueUrl: url };
      },
    },
    SetQueueAttributes: {
      permissions: onQueue("SetQueueAttributes"),
      run: (input: sdk.SetQueueAttributesRequest, call) => {
        Object.assign(queueOf(call, input.QueueUrl).attributes, input.Attributes);
        return {};
      },
    },
    GetQueueUrl: {
      run: ({ QueueName = "" }: sdk.GetQueueUrlRequest, call): sdk.GetQueueUrlResult => ({
        QueueUrl: queueOf(call, urlOf(call, QueueName)).url,
      }),
    },
    GetQueueAttributes: {
      permissions: onQueue("GetQueueAttributes"),
      run: (input: sdk.GetQueueAttributesRequest, call): sdk.GetQueueAttributesResult => {
        const { arn, attributes, messages } = queueOf(call, input.QueueUrl);
        return {
          Attributes: { ...attributes, QueueArn: arn, ApproximateNumberOfMessages: String(messages.length) },
        };
      },
    },
    ListQueues: {
      run: (_input: object, call): sdk.ListQueuesResult => ({
        QueueUrls: [...call.state.queues.values()]
          .filter(({ account, arn }) => account === call.account && arn.split(":")[3] === call.region)
          .map(({ url }) => url),
      }),
    },
    SendMessage: {
      permissions: onQueue("SendMessage"),
      run: (input: sdk.SendMessageRequest, call): sdk.SendMessageResult => {
        const MessageId = call.randomId(32);
        queueOf(call, input.QueueUrl).messages.push({ id: MessageId, body: input.MessageBody ?? "" });
        return { MessageId };
      },
    },
    DeleteQueue: {
      permissions: onQueue("DeleteQueue"),
      run: (input: sdk.DeleteQueueRequest, call) => {
        call.state.queues.delete(queueOf(call, input.QueueUrl).arn);
        return {};
      },
    },
  },
};
