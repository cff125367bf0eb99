import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetChannelCommand,
  GetEventDataStoreCommand,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  GetResourcePolicyCommand,
  GetTrailStatusCommand,
  ListChannelsCommand,
  ListEventDataStoresCommand,
  ListTagsCommand,
} from "@aws-sdk/client-cloudtrail";
import { reads, type Service, tagsInBatches } from "../collector.ts";

const { from, list, detail, batch } = reads("cloudtrail");
const tags = tagsInBatches(
  batch(ListTagsCommand, 20, { ResourceIdList: "{arn}" }, "ResourceTagList", ["ResourceId", "{arn}"]),
  "TagsList",
);
const policy = detail(
  GetResourcePolicyCommand,
  { ResourceArn: "{arn}" },
  { none: ["ResourcePolicyNotFoundException"] },
);

/** CloudTrail: what is recorded of the account's calls, whether it is running, and where it is kept. */
export const cloudtrail: Service = {
  name: "cloudtrail",
  title: "CloudTrail: what is recorded of the account's calls, whether it is running, and where it is kept",
  client: CloudTrailClient,
  collectors: [
    // A trail of all regions is told of in its own one; its shadows in the others say nothing more.
    list(
      "AWS::CloudTrail::Trail",
      from(DescribeTrailsCommand, "trailList", { input: { includeShadowTrails: false } }),
      {
        id: "Name",
        arn: "TrailARN",
        tags,
        details: [
          detail(GetTrailStatusCommand, { Name: "TrailARN" }),
          detail(GetEventSelectorsCommand, { TrailName: "TrailARN" }),
          detail(
            GetInsightSelectorsCommand,
            { TrailName: "TrailARN" },
            { none: ["InsightNotEnabledException"], when: ({ HasInsightSelectors }) => HasInsightSelectors !== false },
          ),
        ],
      },
    ),
    list("AWS::CloudTrail::EventDataStore", from(ListEventDataStoresCommand, "EventDataStores"), {
      id: "EventDataStoreArn",
      arn: "EventDataStoreArn",
      name: "Name",
      tags,
      details: [
        detail(GetEventDataStoreCommand, { EventDataStore: "EventDataStoreArn" }),
        detail(
          GetInsightSelectorsCommand,
          { EventDataStore: "EventDataStoreArn" },
          { none: ["InsightNotEnabledException"] },
        ),
        policy,
      ],
    }),
    list("AWS::CloudTrail::Channel", from(ListChannelsCommand, "Channels"), {
      id: "ChannelArn",
      arn: "ChannelArn",
      name: "Name",
      tags,
      details: [detail(GetChannelCommand, { Channel: "ChannelArn" }), policy],
    }),
  ],
};
