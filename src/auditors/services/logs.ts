import {
  CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
  DescribeDeliveriesCommand,
  DescribeDeliveryDestinationsCommand,
  DescribeDeliverySourcesCommand,
  DescribeDestinationsCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  DescribeResourcePoliciesCommand,
  DescribeSubscriptionFiltersCommand,
  GetDataProtectionPolicyCommand,
  GetDeliveryDestinationPolicyCommand,
  ListLogAnomalyDetectorsCommand,
  PolicyType,
} from "@aws-sdk/client-cloudwatch-logs";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, under, list, detail } = reads("logs");
const groups = from(DescribeLogGroupsCommand, "logGroups");
const onlyWithSource: OnlyWith = {
  type: "AWS::Logs::DeliverySource",
  because: "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDeliverySource.html",
};

/** CloudWatch Logs: what is kept, for how long, under which key, and who gets it. Never a line of it. */
export const logs: Service = {
  name: "logs",
  title: "CloudWatch Logs: what is kept, for how long, under which key, and who gets it",
  client: CloudWatchLogsClient,
  collectors: [
    list("AWS::Logs::LogGroup", groups, {
      id: "logGroupName",
      arn: "logGroupArn",
      tags: taggingApi("logs:log-group"),
      details: [
        detail(
          GetDataProtectionPolicyCommand,
          { logGroupIdentifier: "logGroupName" },
          { when: ({ dataProtectionStatus }) => dataProtectionStatus !== undefined },
        ),
      ],
      notSecret: { bearerTokenAuthenticationEnabled: "whether, and not which" },
    }),
    list(
      "AWS::Logs::SubscriptionFilter",
      under(groups, DescribeSubscriptionFiltersCommand, "subscriptionFilters", { logGroupName: "logGroupName" }),
      { id: "{logGroupName}|{filterName}", name: "filterName" },
    ),
    list("AWS::Logs::MetricFilter", from(DescribeMetricFiltersCommand, "metricFilters"), {
      id: "{logGroupName}|{filterName}",
      name: "filterName",
    }),
    list("AWS::Logs::Destination", from(DescribeDestinationsCommand, "destinations"), {
      id: "destinationName",
      arn: "arn",
    }),
    list("AWS::Logs::ResourcePolicy", from(DescribeResourcePoliciesCommand, "resourcePolicies"), { id: "policyName" }),
    list(
      "AWS::Logs::AccountPolicy",
      from(DescribeAccountPoliciesCommand, "accountPolicies", {
        input: Object.values(PolicyType).map((policyType) => ({ policyType })),
      }),
      { id: "{policyType}|{policyName}", name: "policyName" },
    ),
    list("AWS::Logs::DeliverySource", from(DescribeDeliverySourcesCommand, "deliverySources"), {
      id: "name",
      arn: "arn",
      tags: inline("tags"),
    }),
    list("AWS::Logs::DeliveryDestination", from(DescribeDeliveryDestinationsCommand, "deliveryDestinations"), {
      id: "name",
      arn: "arn",
      tags: inline("tags"),
      details: [
        detail(
          GetDeliveryDestinationPolicyCommand,
          { deliveryDestinationName: "name" },
          { none: ["ResourceNotFoundException"] },
        ),
      ],
    }),
    list("AWS::Logs::Delivery", from(DescribeDeliveriesCommand, "deliveries"), {
      onlyWith: onlyWithSource,
      id: "id",
      arn: "arn",
      tags: inline("tags"),
    }),
    list("AWS::Logs::LogAnomalyDetector", from(ListLogAnomalyDetectorsCommand, "anomalyDetectors"), {
      id: "anomalyDetectorArn",
      arn: "anomalyDetectorArn",
      name: "detectorName",
    }),
  ],
};
