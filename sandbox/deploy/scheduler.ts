import * as sdk from "@aws-sdk/client-scheduler";
import { capitals, type Providers, upsert } from "./provider.ts";

/** Schedules. */
export const schedulerProviders: Providers = {
  "aws:scheduler/schedule:Schedule": async (inputs, _name, to) => {
    const { name, description, scheduleExpression, scheduleExpressionTimezone, flexibleTimeWindow, target } = inputs;
    const settings = {
      Name: name,
      Description: description,
      ScheduleExpression: scheduleExpression,
      ScheduleExpressionTimezone: scheduleExpressionTimezone,
      FlexibleTimeWindow: capitals(flexibleTimeWindow),
      Target: capitals(target),
    };
    const scheduler = to.client(sdk.SchedulerClient);
    await upsert(
      () => scheduler.send(new sdk.CreateScheduleCommand(settings)),
      "ConflictException",
      () => scheduler.send(new sdk.UpdateScheduleCommand(settings)),
    );
    return {
      id: `default/${name}`,
      state: { arn: `arn:aws:scheduler:${to.region}:${to.account}:schedule/default/${name}` },
    };
  },
};
