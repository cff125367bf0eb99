import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import { type OnlyWith, reads, type Service } from "../collector.ts";

const { from, list } = reads("application-autoscaling");
// Each call answers for one service.
const input = Object.values(ServiceNamespace).map((each) => ({ ServiceNamespace: each }));
const onlyWithTarget: OnlyWith = {
  type: "AWS::ApplicationAutoScaling::ScalableTarget",
  because: "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html",
};

/** Application Auto Scaling: what grows and shrinks by itself, apart from machines. */
export const applicationautoscaling: Service = {
  name: "applicationautoscaling",
  title: "Application Auto Scaling: what grows and shrinks by itself (ECS, DynamoDB, Aurora …), and by which policy",
  client: ApplicationAutoScalingClient,
  collectors: [
    list(
      "AWS::ApplicationAutoScaling::ScalableTarget",
      from(DescribeScalableTargetsCommand, "ScalableTargets", { input }),
      { id: "{ResourceId}|{ScalableDimension}|{ServiceNamespace}", arn: "ScalableTargetARN" },
    ),
    list(
      "AWS::ApplicationAutoScaling::ScalingPolicy",
      from(DescribeScalingPoliciesCommand, "ScalingPolicies", { input }),
      { onlyWith: onlyWithTarget, id: "PolicyARN", arn: "PolicyARN", name: "PolicyName" },
    ),
    list(
      "AWS::ApplicationAutoScaling::ScheduledAction",
      from(DescribeScheduledActionsCommand, "ScheduledActions", { input }),
      { onlyWith: onlyWithTarget, id: "ScheduledActionARN", arn: "ScheduledActionARN", name: "ScheduledActionName" },
    ),
  ],
};
