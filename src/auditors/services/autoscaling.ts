import {
  AutoScalingClient,
  DescribeAccountLimitsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  DescribeNotificationConfigurationsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
} from "@aws-sdk/client-auto-scaling";
import { inline, type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list } = reads("autoscaling");
const onlyWithGroup: OnlyWith = {
  type: "AWS::AutoScaling::AutoScalingGroup",
  because: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html",
};

const limits = from(DescribeAccountLimitsCommand);
const counted = (count: string): OnlyWith => ({
  countedBy: limits,
  counts: [count],
  because: "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAccountLimits.html",
});

/** EC2 Auto Scaling: how many machines there are, and of what they are made. */
export const autoscaling: Service = {
  name: "autoscaling",
  title: "EC2 Auto Scaling: groups and launch configurations, and what changes how many machines there are",
  client: AutoScalingClient,
  collectors: [
    list(
      "AWS::AutoScaling::AutoScalingGroup",
      from(DescribeAutoScalingGroupsCommand, "AutoScalingGroups", { input: { MaxRecords: 100 } }),
      {
        onlyWith: counted("NumberOfAutoScalingGroups"),
        id: "AutoScalingGroupName",
        arn: "AutoScalingGroupARN",
        tags: inline("Tags"),
      },
    ),
    list(
      "AWS::AutoScaling::LaunchConfiguration",
      from(DescribeLaunchConfigurationsCommand, "LaunchConfigurations", { input: { MaxRecords: 100 } }),
      {
        onlyWith: counted("NumberOfLaunchConfigurations"),
        id: "LaunchConfigurationName",
        arn: "LaunchConfigurationARN",
        redact: ["UserData"],
        notSecret: { "MetadataOptions.HttpTokens": "whether the metadata service asks for session tokens (IMDSv2)" },
      },
    ),
    list(
      "AWS::AutoScaling::ScalingPolicy",
      from(DescribePoliciesCommand, "ScalingPolicies", { input: { MaxRecords: 100 } }),
      {
        onlyWith: onlyWithGroup,
        id: "PolicyARN",
        arn: "PolicyARN",
        name: "PolicyName",
      },
    ),
    list(
      "AWS::AutoScaling::ScheduledAction",
      from(DescribeScheduledActionsCommand, "ScheduledUpdateGroupActions", { input: { MaxRecords: 100 } }),
      {
        id: "ScheduledActionARN",
        arn: "ScheduledActionARN",
        name: "ScheduledActionName",
      },
    ),
    list(
      "AWS::AutoScaling::NotificationConfiguration",
      from(DescribeNotificationConfigurationsCommand, "NotificationConfigurations", { input: { MaxRecords: 100 } }),
      { id: "{AutoScalingGroupName}|{TopicARN}|{NotificationType}" },
    ),
  ],
};
