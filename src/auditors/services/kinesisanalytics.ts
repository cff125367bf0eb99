import {
  DescribeApplicationCommand,
  KinesisAnalyticsV2Client,
  ListApplicationsCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe } = reads("kinesisanalytics");

/** Managed Service for Apache Flink: applications, as whom they run, and in which network. */
export const kinesisanalytics: Service = {
  name: "kinesisanalytics",
  title: "Managed Service for Apache Flink: applications, as whom they run, and in which network",
  client: KinesisAnalyticsV2Client,
  collectors: [
    list("AWS::KinesisAnalyticsV2::Application", from(ListApplicationsCommand, "ApplicationSummaries"), {
      id: "ApplicationName",
      arn: "ApplicationARN",
      describe: describe(DescribeApplicationCommand, { ApplicationName: "ApplicationName" }, "ApplicationDetail"),
      tags: taggingApi("kinesisanalytics:application"),
      redact: [
        "ApplicationConfigurationDescription.EnvironmentPropertyDescriptions",
        "ApplicationConfigurationDescription.ApplicationCodeConfigurationDescription.CodeContentDescription.TextContent",
      ],
      notSecret: {
        RuntimeEnvironment: "the version of Flink",
        ConditionalToken: "a version of the application, for those who change it",
        "ApplicationConfigurationDescription.SqlApplicationConfigurationDescription": "schemas and ARNs of streams",
      },
    }),
  ],
};
