import * as sdk from "@aws-sdk/client-sns";
import { AwsError, type Call, type Service } from "../service.ts";

const arnOf = ({ region, account }: Call, name: string | undefined) => `arn:aws:sns:${region}:${account}:${name ?? ""}`;

/** Topics, which keep what was published to them for whoever looks. */
export const sns: Service = {
  signingName: "sns",
  iamPrefix: "sns",
  protocol: "query",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateTopic: {
      permissions: ({ Name }: sdk.CreateTopicInput, call) => [
        { action: "sns:CreateTopic", resource: arnOf(call, Name) },
      ],
      run: ({ Name }: sdk.CreateTopicInput, call): sdk.CreateTopicResponse => {
        const TopicArn = arnOf(call, Name);
        if (!call.state.topics.has(TopicArn)) call.state.topics.set(TopicArn, []);
        return { TopicArn };
      },
    },
    GetTopicAttributes: {
      permissions: ({ TopicArn }: sdk.GetTopicAttributesInput) => [
        { action: "sns:GetTopicAttributes", resource: TopicArn ?? "" },
      ],
      run: ({ TopicArn = "" }: sdk.GetTopicAttributesInput, call): sdk.GetTopicAttributesResponse => {
        if (!call.state.topics.has(TopicArn)) throw new AwsError("NotFound", "Topic does not exist", 404);
        return { Attributes: { TopicArn, SubscriptionsConfirmed: "0", SubscriptionsPending: "0" } };
      },
    },
    Publish: {
      permissions: ({ TopicArn }: sdk.PublishInput) => [{ action: "sns:Publish", resource: TopicArn ?? "" }],
      run: (input: sdk.PublishInput, call): sdk.PublishResponse => {
        const messages = call.state.topics.get(input.TopicArn ?? "");
        if (!messages) throw new AwsError("NotFound", "Topic does not exist", 404);
        if (input.Subject !== undefined && !/^[\x20-\x7e]{1,99}$/.test(input.Subject))
          throw new AwsError("InvalidParameter", "Invalid parameter: Subject");
        if (Buffer.byteLength(input.Message ?? "") > 262_144)
          throw new AwsError("InvalidParameter", "Invalid parameter: Message too long");
        messages.push({
          subject: input.Subject ?? "",
          message: input.Message ?? "",
          attributes: Object.fromEntries(
            Object.entries(input.MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue ?? ""]),
          ),
        });
        return { MessageId: call.randomId(32) };
      },
    },
  },
};
