import {
  DescribeAccountSettingsCommand,
  DescribeAccountSubscriptionCommand,
  DescribeDashboardPermissionsCommand,
  DescribeIpRestrictionCommand,
  ListDashboardsCommand,
  ListDataSetsCommand,
  ListNamespacesCommand,
  QuickSightClient,
} from "@aws-sdk/client-quicksight";
import { reads, type Service } from "../collector.ts";
import type { Where } from "../paths.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, detail } = reads("quicksight");
const input = ({ account }: Where) => ({ AwsAccountId: account });
const own = { AwsAccountId: "{account}" } as const;
const notEnabled = [/is not (subscribed|signed up)/i];

/** QuickSight: whether it is in use and open to the public, and who sees which dashboard. */
export const quicksight: Service = {
  name: "quicksight",
  title: "QuickSight: whether it is in use and open to the public, and who sees which dashboard",
  client: QuickSightClient,
  collectors: [
    list(
      "AWS::QuickSight::AccountSubscription",
      from(DescribeAccountSubscriptionCommand, "AccountInfo", { input, none: ["ResourceNotFoundException"] }),
      {
        id: "AccountName",
        details: [detail(DescribeAccountSettingsCommand, own), detail(DescribeIpRestrictionCommand, own)],
        redact: ["NotificationEmail", "DescribeAccountSettings.AccountSettings.NotificationEmail"],
        notEnabled,
      },
    ),
    list("AWS::QuickSight::Namespace", from(ListNamespacesCommand, "Namespaces", { input }), {
      id: "Name",
      arn: "Arn",
      notEnabled,
    }),
    list("AWS::QuickSight::DataSet", from(ListDataSetsCommand, "DataSetSummaries", { input }), {
      id: "DataSetId",
      arn: "Arn",
      name: "Name",
      tags: taggingApi("quicksight:dataset"),
      notEnabled,
    }),
    list("AWS::QuickSight::Dashboard", from(ListDashboardsCommand, "DashboardSummaryList", { input }), {
      id: "DashboardId",
      arn: "Arn",
      name: "Name",
      tags: taggingApi("quicksight:dashboard"),
      details: [detail(DescribeDashboardPermissionsCommand, { ...own, DashboardId: "DashboardId" })],
      notEnabled,
    }),
  ],
};
