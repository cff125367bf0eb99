import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Days that what failed for good waits for somebody: the longest that SQS keeps a message. */
const KEPT_DAYS = 14;

export const deadLetterPolicy = (queueArn: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "sqs:*",
      Resource: queueArn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
});

/**
 * A queue for what could not be delivered: encrypted, reached over TLS alone. Whoever sends into it says so in its own
 * role.
 * @param name of the resources in the program
 */
export function deadLetterQueue(name: string, queueName: string, opts: pulumi.CustomResourceOptions): aws.sqs.Queue {
  const queue = new aws.sqs.Queue(
    name,
    { name: queueName, messageRetentionSeconds: KEPT_DAYS * 24 * 3600, sqsManagedSseEnabled: true },
    opts,
  );
  new aws.sqs.QueuePolicy(
    name,
    { queueUrl: queue.url, policy: queue.arn.apply((arn) => JSON.stringify(deadLetterPolicy(arn))) },
    opts,
  );
  return queue;
}
