import {
  DescribeArchiveCommand,
  DescribeConnectionCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  ListApiDestinationsCommand,
  ListArchivesCommand,
  ListConnectionsCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, under, list, detail, describe } = reads("events");
const buses = from(ListEventBusesCommand, "EventBuses");

/** EventBridge: who may put events on a bus, what follows from which, and where they leave the account. */
export const eventbridge: Service = {
  name: "eventbridge",
  title: "EventBridge: who may put events on a bus, what follows from which, and where they leave the account",
  client: EventBridgeClient,
  collectors: [
    list("AWS::Events::EventBus", buses, {
      id: "Name",
      arn: "Arn",
      tags: taggingApi("events:event-bus"),
      details: [detail(DescribeEventBusCommand, { Name: "Name" })],
    }),
    list("AWS::Events::Rule", under(buses, ListRulesCommand, "Rules", { EventBusName: "Name" }), {
      id: "{EventBusName}/{Name}",
      arn: "Arn",
      name: "Name",
      tags: taggingApi("events:rule"),
      details: [detail(ListTargetsByRuleCommand, { Rule: "Name", EventBusName: "EventBusName" })],
      redact: [
        "ListTargetsByRule.Targets.Input",
        "ListTargetsByRule.Targets.InputTransformer",
        "ListTargetsByRule.Targets.HttpParameters",
        "ListTargetsByRule.Targets.RunCommandParameters",
        "ListTargetsByRule.Targets.BatchParameters",
        "ListTargetsByRule.Targets.RedshiftDataParameters.Sql",
        "ListTargetsByRule.Targets.RedshiftDataParameters.Sqls",
        "ListTargetsByRule.Targets.SageMakerPipelineParameters",
        "ListTargetsByRule.Targets.AppSyncParameters",
      ],
      notSecret: {
        "ListTargetsByRule.Targets.KinesisParameters": "the path of the partition key",
        "ListTargetsByRule.Targets.EcsParameters": "which task runs, in which network and with which tags",
        "ListTargetsByRule.Targets.SqsParameters": "the message group",
      },
    }),
    list("AWS::Events::Archive", from(ListArchivesCommand, "Archives"), {
      id: "ArchiveName",
      arn: "ArchiveArn",
      describe: describe(DescribeArchiveCommand, { ArchiveName: "ArchiveName" }),
    }),
    list("AWS::Events::Connection", from(ListConnectionsCommand, "Connections"), {
      id: "Name",
      arn: "ConnectionArn",
      describe: describe(DescribeConnectionCommand, { Name: "Name" }),
      redact: ["AuthParameters.InvocationHttpParameters", "AuthParameters.OAuthParameters.OAuthHttpParameters"],
      notSecret: { InvocationConnectivityParameters: "ARNs of the private way to the endpoint" },
    }),
    list("AWS::Events::ApiDestination", from(ListApiDestinationsCommand, "ApiDestinations"), {
      id: "Name",
      arn: "ApiDestinationArn",
      // Many a hook is a link that has its secret in it.
      redact: ["InvocationEndpoint"],
    }),
  ],
};
