import {
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { reads, type Service } from "../collector.ts";
import { taggingApi } from "../tagging.ts";

const { from, list, describe } = reads("scheduler");

/** EventBridge Scheduler: what runs by the clock, and as whom. */
export const scheduler: Service = {
  name: "scheduler",
  title: "EventBridge Scheduler: what runs by the clock, and as whom",
  client: SchedulerClient,
  collectors: [
    list("AWS::Scheduler::ScheduleGroup", from(ListScheduleGroupsCommand, "ScheduleGroups"), {
      id: "Name",
      arn: "Arn",
      tags: taggingApi("scheduler:schedule-group"),
    }),
    list("AWS::Scheduler::Schedule", from(ListSchedulesCommand, "Schedules"), {
      id: "{GroupName}/{Name}",
      arn: "Arn",
      name: "Name",
      describe: describe(GetScheduleCommand, { GroupName: "GroupName", Name: "Name" }),
      redact: [
        "Target.Input",
        "Target.SageMakerPipelineParameters",
        "Target.EventBridgePutEventsV2Parameters",
        "Target.EventBridgePutRawEventsParameters",
      ],
      notSecret: {
        "Target.EcsParameters": "which task runs, in which network and with which tags",
        "Target.EventBridgeParameters": "source and type of the event",
        "Target.KinesisParameters": "the partition key",
        "Target.SqsParameters": "the message group",
      },
    }),
  ],
};
