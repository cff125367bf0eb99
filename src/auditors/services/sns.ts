import {
  GetDataProtectionPolicyCommand,
  GetTopicAttributesCommand,
  ListPlatformApplicationsCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("sns");
const nameOf = (arn: string | undefined) => arn?.split(":").at(-1);

/** SNS: topics, who may publish to them, and who is told. */
export const sns: Service = {
  name: "sns",
  title: "SNS: topics, who may publish to them, and who is told",
  client: SNSClient,
  collectors: [
    list("AWS::SNS::Topic", from(ListTopicsCommand, "Topics"), {
      id: "TopicArn",
      arn: "TopicArn",
      name: ({ TopicArn }) => nameOf(TopicArn),
      tags: taggingApi("sns"),
      details: [
        detail(GetTopicAttributesCommand, { TopicArn: "TopicArn" }),
        detail(
          GetDataProtectionPolicyCommand,
          { ResourceArn: "TopicArn" },
          // A FIFO topic cannot have one.
          { when: ({ TopicArn }) => !String(TopicArn).endsWith(".fifo") },
        ),
      ],
    }),
    list("AWS::SNS::Subscription", from(ListSubscriptionsCommand, "Subscriptions"), {
      // Until it is confirmed its ARN is the word PendingConfirmation.
      id: ({ SubscriptionArn, TopicArn, Protocol }) =>
        SubscriptionArn?.startsWith("arn:") ? SubscriptionArn : `${TopicArn}|${Protocol}|${SubscriptionArn}`,
      arn: ({ SubscriptionArn }) => (SubscriptionArn?.startsWith("arn:") ? SubscriptionArn : undefined),
      // An address of mail, a number of a telephone, a link that has a token in it.
      redact: ["Endpoint"],
    }),
    list("AWS::SNS::PlatformApplication", from(ListPlatformApplicationsCommand, "PlatformApplications"), {
      id: "PlatformApplicationArn",
      arn: "PlatformApplicationArn",
      name: ({ PlatformApplicationArn }) => nameOf(PlatformApplicationArn),
      redact: ["Attributes.PlatformPrincipal", "Attributes.PlatformCredential"],
    }),
  ],
};
