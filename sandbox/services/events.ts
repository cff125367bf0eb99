import * as sdk from "@aws-sdk/client-eventbridge";
import { AwsError, type Call, type Service } from "../service.ts";

const arnOf = ({ region, account }: Call, bus: string | undefined) =>
  bus?.startsWith("arn:") ? bus : `arn:aws:events:${region}:${account}:event-bus/${bus ?? "default"}`;

/** Event buses, which keep what was put on them for whoever looks. */
export const events: Service = {
  signingName: "events",
  iamPrefix: "events",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    PutEvents: {
      permissions: ({ Entries = [] }: sdk.PutEventsRequest, call) =>
        [...new Set(Entries.map(({ EventBusName }) => arnOf(call, EventBusName)))].map((resource) => ({
          action: "events:PutEvents",
          resource,
        })),
      run: ({ Entries = [] }: sdk.PutEventsRequest, call): sdk.PutEventsResponse => {
        if (!Entries.length || Entries.length > 10)
          throw new AwsError("ValidationException", "Entries must have 1 to 10 members");
        return {
          FailedEntryCount: 0,
          Entries: Entries.map((entry) => {
            const { EventBusName, Source = "", DetailType = "", Detail = "{}" } = entry;
            call.state.busEvents.push({
              bus: arnOf(call, EventBusName),
              source: Source,
              detailType: DetailType,
              detail: JSON.parse(Detail),
            });
            return { EventId: call.randomId(32) };
          }),
        };
      },
    },
  },
};
