import {
  AlarmType,
  CloudWatchClient,
  DescribeAlarmsCommand,
  DescribeInsightRulesCommand,
  GetMetricStreamCommand,
  ListDashboardsCommand,
  ListMetricStreamsCommand,
} from "@aws-sdk/client-cloudwatch";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("cloudwatch");

/** CloudWatch: who is woken by what, and where measurements go. */
export const cloudwatch: Service = {
  name: "cloudwatch",
  title: "CloudWatch: who is woken by what, and where measurements go",
  client: CloudWatchClient,
  collectors: [
    // The two kinds of alarms are of one answer, and are only told when they are asked for.
    list(
      "AWS::CloudWatch::Alarm",
      from(DescribeAlarmsCommand, "MetricAlarms", { input: { MaxRecords: 100, AlarmTypes: [AlarmType.MetricAlarm] } }),
      { id: "AlarmName", arn: "AlarmArn", tags: taggingApi("cloudwatch:alarm") },
    ),
    list(
      "AWS::CloudWatch::CompositeAlarm",
      from(DescribeAlarmsCommand, "CompositeAlarms", {
        input: { MaxRecords: 100, AlarmTypes: [AlarmType.CompositeAlarm] },
      }),
      { id: "AlarmName", arn: "AlarmArn", tags: taggingApi("cloudwatch:alarm") },
    ),
    list("AWS::CloudWatch::Dashboard", from(ListDashboardsCommand, "DashboardEntries"), {
      id: "DashboardName",
      arn: "DashboardArn",
    }),
    list("AWS::CloudWatch::InsightRule", from(DescribeInsightRulesCommand, "InsightRules"), {
      id: "Name",
      arn: "arn:{partition}:cloudwatch:{region}:{account}:insight-rule/{Name}",
    }),
    list("AWS::CloudWatch::MetricStream", from(ListMetricStreamsCommand, "Entries"), {
      id: "Name",
      arn: "Arn",
      tags: taggingApi("cloudwatch:metric-stream"),
      details: [detail(GetMetricStreamCommand, { Name: "Name" })],
    }),
  ],
};
