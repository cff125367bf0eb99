import * as sdk from "@aws-sdk/client-sqs";
import type { Providers } from "./provider.ts";

/** Queues. */
export const sqsProviders: Providers = {
  "aws:sqs/queue:Queue": async ({ name, messageRetentionSeconds, sqsManagedSseEnabled }, _name, to) => {
    const { QueueUrl } = await to.client(sdk.SQSClient).send(
      new sdk.CreateQueueCommand({
        QueueName: name,
        Attributes: {
          MessageRetentionPeriod: String(messageRetentionSeconds),
          SqsManagedSseEnabled: String(sqsManagedSseEnabled),
        },
      }),
    );
    return {
      id: QueueUrl!,
      state: { url: QueueUrl, arn: `arn:aws:sqs:${to.region}:${to.account}:${name}` },
    };
  },
  "aws:sqs/queuePolicy:QueuePolicy": async ({ queueUrl, policy }, _name, to) => {
    await to
      .client(sdk.SQSClient)
      .send(new sdk.SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy: policy } }));
    return { id: queueUrl };
  },
};
