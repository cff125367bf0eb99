import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Days that what failed for good waits for somebody: the longest that SQS keeps a message. */
const KEPT_DAYS = 14;

/** @param ruleArns pattern of EventBridge's rules that keep here what they could not deliver: they have no role */
export const deadLetterPolicy = (queueArn: string, ruleArns?: string) => ({
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
    ...(ruleArns
      ? [
          {
            Sid: "KeepUndelivered",
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: queueArn,
            Condition: { ArnLike: { "aws:SourceArn": ruleArns } },
          },
        ]
      : []),
  ],
});

/**
 * A queue for what could not be delivered: encrypted, reached over TLS alone. Whoever sends into it says so in its own
 * role.
 * @param name of the resources in the program @param ruleArns see {@link deadLetterPolicy}
 */
export function deadLetterQueue(
  name: string,
  queueName: string,
  opts: pulumi.CustomResourceOptions,
  ruleArns?: pulumi.Input<string>,
): aws.sqs.Queue {
  const queue = new aws.sqs.Queue(
    name,
    { name: queueName, messageRetentionSeconds: KEPT_DAYS * 24 * 3600, sqsManagedSseEnabled: true },
    opts,
  );
  new aws.sqs.QueuePolicy(
    name,
    {
      queueUrl: queue.url,
      policy: pulumi.all([queue.arn, ruleArns]).apply((arns) => JSON.stringify(deadLetterPolicy(...arns))),
    },
    opts,
  );
  return queue;
}
