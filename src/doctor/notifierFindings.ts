import { DescribeEventBusCommand, type EventBridgeClient, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeHubCommand, type SecurityHubClient } from "@aws-sdk/client-securityhub";
import { GetTopicAttributesCommand, type SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { DescribeParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { codeOf, functionThere, messageOf, UP } from "./asking.ts";
import { type Finding, note, ok, problem, unknown } from "./finding.ts";

/** The operator's own clients of the audit account and region, as far as the notifier's channels are asked about. */
export interface NotifierClients {
  lambda: LambdaClient;
  sns: SNSClient;
  events: EventBridgeClient;
  securityHub: SecurityHubClient;
  ssm: SSMClient;
  sqs: SQSClient;
}

const CHECK = "notifier";
const configured = (key: string, value: string) => `pulumi config set ${key} ${value}, and ${UP}`;

/**
 * Whether the channels that the notifier has can hear it, as far as metadata tells: nothing is sent, and no secret is
 * read. Without a notifier there is nothing to say.
 * @param name of the function
 */
export async function notifierFindings(clients: NotifierClients, name: string, region: string): Promise<Finding[]> {
  const there = await functionThere(clients.lambda, name);
  if (!there) return [];
  const { TOPIC_ARN, EVENT_BUS, SECURITY_HUB_PRODUCT, WEBHOOK_PARAMETER } = there.Environment?.Variables ?? {};
  const looks: [what: string, look: Promise<Finding[]>][] = [
    ...(TOPIC_ARN ? [["the topic", topic(clients.sns, TOPIC_ARN, region)] as [string, Promise<Finding[]>]] : []),
    ...(EVENT_BUS ? [["the event bus", eventBus(clients.events, EVENT_BUS)] as [string, Promise<Finding[]>]] : []),
    ...(SECURITY_HUB_PRODUCT
      ? [["Security Hub", securityHub(clients.securityHub)] as [string, Promise<Finding[]>]]
      : []),
    ...(WEBHOOK_PARAMETER
      ? [["the webhook's parameter", webhook(clients.ssm, WEBHOOK_PARAMETER)] as [string, Promise<Finding[]>]]
      : []),
    ["its queue", deadLetters(clients.sqs, `${name}-failed`)],
  ];
  const found = looks.map(([what, look]) =>
    look.catch((error: unknown) => [unknown(CHECK, `${what} could not be looked at: ${messageOf(error)}`)]),
  );
  return (await Promise.all(found)).flat();
}

async function topic(sns: SNSClient, TopicArn: string, region: string): Promise<Finding[]> {
  const [, , , itsRegion, , name] = TopicArn.split(":");
  if (itsRegion !== region)
    return [
      problem(
        CHECK,
        `the topic ${TopicArn} is in ${itsRegion}, and the notifier publishes in ${region}`,
        configured("notifyTopicArn", `with a topic of ${region}`),
      ),
    ];
  try {
    const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    const key = Attributes.KmsMasterKeyId;
    return [
      Number(Attributes.SubscriptionsConfirmed ?? 0) > 0
        ? ok(CHECK, `the topic ${name} is there, with ${Attributes.SubscriptionsConfirmed} subscriptions`)
        : note(
            CHECK,
            `nobody has subscribed to the topic ${name}${Number(Attributes.SubscriptionsPending ?? 0) ? ", or nobody has confirmed it yet" : ""}`,
          ),
      ...(key && !key.endsWith("alias/aws/sns")
        ? [note(CHECK, `the topic ${name} is encrypted with ${key}, whose policy must let the notifier's role use it`)]
        : []),
    ];
  } catch (error) {
    if (!/^NotFound/.test(codeOf(error))) throw error;
    return [
      problem(
        CHECK,
        `the topic ${TopicArn} is not there`,
        `aws sns create-topic --name ${name}, or ${configured("notifyTopicArn", "with one that is there")}`,
      ),
    ];
  }
}

async function eventBus(events: EventBridgeClient, arn: string): Promise<Finding[]> {
  const name = arn.split("event-bus/")[1] ?? arn;
  try {
    await events.send(new DescribeEventBusCommand({ Name: name }));
  } catch (error) {
    if (codeOf(error) !== "ResourceNotFoundException") throw error;
    return [
      problem(
        CHECK,
        `the event bus ${name} is not there`,
        `aws events create-event-bus --name ${name}, or ${configured("notifyEventBus", "default")}`,
      ),
    ];
  }
  const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName: name }));
  return [
    Rules.some(({ State }) => State !== "DISABLED")
      ? ok(CHECK, `the event bus ${name} is there, with rules`)
      : note(CHECK, `no rule of the event bus ${name} takes events to anybody`),
  ];
}

async function securityHub(hub: SecurityHubClient): Promise<Finding[]> {
  try {
    await hub.send(new DescribeHubCommand({}));
    return [ok(CHECK, "Security Hub is enabled")];
  } catch (error) {
    if (!["InvalidAccessException", "ResourceNotFoundException"].includes(codeOf(error))) throw error;
    return [
      problem(
        CHECK,
        "Security Hub is not enabled in the audit account and region: it takes no findings",
        `aws securityhub enable-security-hub, or ${configured("notifySecurityHub", "false")}`,
      ),
    ];
  }
}

async function webhook(ssm: SSMClient, Name: string): Promise<Finding[]> {
  const { Parameters: [parameter] = [] } = await ssm.send(
    new DescribeParametersCommand({ ParameterFilters: [{ Key: "Name", Option: "Equals", Values: [Name] }] }),
  );
  const put = `aws ssm put-parameter --type SecureString --overwrite --name ${Name} --value <the webhook's address>`;
  if (!parameter) return [problem(CHECK, `the parameter ${Name} with the webhook's address is not there`, put)];
  if (parameter.Type !== "SecureString")
    return [
      problem(
        CHECK,
        `the webhook's address in ${Name} is not encrypted: the parameter is a ${parameter.Type}`,
        `aws ssm delete-parameter --name ${Name}, and ${put}; and have a new address made, since the old one could be read`,
      ),
    ];
  const key = parameter.KeyId;
  return [
    ok(CHECK, `the parameter ${Name} is there, encrypted`),
    ...(key && !key.endsWith("alias/aws/ssm")
      ? [
          note(
            CHECK,
            `the parameter is encrypted with ${key}, whose policy must let the notifier's role decrypt with it`,
          ),
        ]
      : []),
  ];
}

async function deadLetters(sqs: SQSClient, QueueName: string): Promise<Finding[]> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
    const waiting = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    if (!waiting) return [ok(CHECK, "no run waits in its queue")];
    return [
      problem(
        CHECK,
        `people were not told of all findings: ${waiting === 1 ? "a run waits" : `${waiting} runs wait`} in the queue ${QueueName}`,
        "repair the channel that the function's log names, and invoke it with what is in the queue (docs/runbook.md, notifier-errors)",
      ),
    ];
  } catch (error) {
    if (!/QueueDoesNotExist|NonExistentQueue/.test(codeOf(error))) throw error;
    return [problem(CHECK, `the queue ${QueueName}, which keeps what could not be told, is not there`, UP)];
  }
}
