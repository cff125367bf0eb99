import {
  ListDataLakesCommand,
  ListLogSourcesCommand,
  ListSubscribersCommand,
  ListTagsForResourceCommand,
  SecurityLakeClient,
} from "@aws-sdk/client-securitylake";
import { reads, type Service, tagsFrom } from "../collector.ts";

const { from, list, detail } = reads("securitylake");
const tags = tagsFrom(detail(ListTagsForResourceCommand, { resourceArn: "{arn}" }), "tags");

/** Security Lake: what security data is gathered, under which key, and who is given it. */
export const securitylake: Service = {
  name: "securitylake",
  title: "Security Lake: what security data is gathered, under which key, and who is given it",
  client: SecurityLakeClient,
  collectors: [
    list(
      "AWS::SecurityLake::DataLake",
      from(ListDataLakesCommand, "dataLakes", { input: ({ region }) => ({ regions: [region] }) }),
      { id: "dataLakeArn", arn: "dataLakeArn", tags },
    ),
    list(
      "AWS::SecurityLake::LogSource",
      from(ListLogSourcesCommand, "sources", { input: ({ region }) => ({ regions: [region] }) }),
      { id: ({ account, region }) => `${account}|${region}` },
    ),
    list("AWS::SecurityLake::Subscriber", from(ListSubscribersCommand, "subscribers"), {
      id: "subscriberId",
      arn: "subscriberArn",
      name: "subscriberName",
      tags,
      redact: ["subscriberIdentity.externalId", "subscriberEndpoint"],
    }),
  ],
};
