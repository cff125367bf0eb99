import * as sdk from "@aws-sdk/client-cloudtrail";
import type { Service } from "../service.ts";

/**
 * CloudTrail's event history, as far as the sandbox keeps one: uses of keys that sign.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export const cloudtrail: Service = {
  signingName: "cloudtrail",
  iamPrefix: "cloudtrail",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    LookupEvents: {
      run: (input: sdk.LookupEventsRequest, call): sdk.LookupEventsResponse => {
        const { LookupAttributes: [attribute] = [], StartTime, EndTime, MaxResults = 50, NextToken = "0" } = input;
        const found = call.state.signings
          .filter(({ account, region }) => account === call.account && region === call.region)
          .filter(() => !attribute || (attribute.AttributeKey === "EventName" && attribute.AttributeValue === "Sign"))
          .filter(({ at }) => at >= (StartTime?.getTime() ?? 0) && at <= (EndTime?.getTime() ?? call.now()))
          .toReversed();
        const start = Number(NextToken);
        const end = start + MaxResults;
        return {
          Events: found.slice(start, end).map((event) => ({
            EventId: event.id,
            EventName: "Sign",
            EventSource: "kms.amazonaws.com",
            EventTime: new Date(event.at),
            CloudTrailEvent: JSON.stringify({
              userIdentity: event.role
                ? { type: "AssumedRole", sessionContext: { sessionIssuer: { type: "Role", arn: event.role } } }
                : { type: "Root", arn: `arn:aws:iam::${event.account}:root` },
              eventName: "Sign",
              resources: [{ accountId: event.account, type: "AWS::KMS::Key", ARN: event.key }],
            }),
          })),
          ...(end < found.length ? { NextToken: String(end) } : {}),
        };
      },
    },
  },
};
