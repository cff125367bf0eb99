import * as sdk from "@aws-sdk/client-scheduler";
import { passRole } from "../passRole.ts";
import { AwsError, type Call, type Service } from "../service.ts";

const arnOf = ({ region, account }: Call, name: string | undefined) =>
  `arn:aws:scheduler:${region}:${account}:schedule/default/${name}`;
const onSchedule = (action: string) => (input: { Name?: string | undefined }, call: Call) => [
  { action: `scheduler:${action}`, resource: arnOf(call, input.Name) },
];

/** On the schedule, and to hand over the role that its target is invoked by. */
const handing = (action: string) => (input: sdk.CreateScheduleInput | sdk.UpdateScheduleInput, call: Call) => [
  ...onSchedule(action)(input, call),
  ...passRole(input.Target?.RoleArn, "scheduler.amazonaws.com"),
];

/** EventBridge Scheduler: keeps schedules; `sandbox/schedules.ts` lets one fall due. */
export const scheduler: Service = {
  signingName: "scheduler",
  iamPrefix: "scheduler",
  protocol: "rest-json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    CreateSchedule: {
      permissions: handing("CreateSchedule"),
      run: (input: sdk.CreateScheduleInput, call): sdk.CreateScheduleOutput => {
        const ScheduleArn = arnOf(call, input.Name);
        if (call.state.schedules.has(ScheduleArn))
          throw new AwsError("ConflictException", `Schedule ${input.Name} already exists.`, 409);
        call.state.schedules.set(ScheduleArn, { account: call.account, arn: ScheduleArn, settings: input });
        return { ScheduleArn };
      },
    },
    UpdateSchedule: {
      permissions: handing("UpdateSchedule"),
      run: (input: sdk.UpdateScheduleInput, call): sdk.UpdateScheduleOutput => {
        const ScheduleArn = arnOf(call, input.Name);
        if (!call.state.schedules.has(ScheduleArn)) throw missing(input.Name);
        call.state.schedules.set(ScheduleArn, { account: call.account, arn: ScheduleArn, settings: input });
        return { ScheduleArn };
      },
    },
    GetSchedule: {
      permissions: onSchedule("GetSchedule"),
      run: (input: sdk.GetScheduleInput, call): sdk.GetScheduleOutput => {
        const schedule = call.state.schedules.get(arnOf(call, input.Name));
        if (!schedule) throw missing(input.Name);
        return { State: "ENABLED", ...(schedule.settings as sdk.CreateScheduleInput), Arn: schedule.arn };
      },
    },
    ListSchedules: {
      run: (_input: object, call): sdk.ListSchedulesOutput => ({
        Schedules: [...call.state.schedules.values()]
          .filter(({ account, arn }) => account === call.account && arn.split(":")[3] === call.region)
          .map(({ arn, settings }) => ({
            Arn: arn,
            Name: settings.Name,
            GroupName: "default",
            State: settings.State ?? "ENABLED",
            Target: { Arn: settings.Target?.Arn },
          })),
      }),
    },
    DeleteSchedule: {
      permissions: onSchedule("DeleteSchedule"),
      run: (input: sdk.DeleteScheduleInput, call): sdk.DeleteScheduleOutput => {
        if (!call.state.schedules.delete(arnOf(call, input.Name))) throw missing(input.Name);
        return {};
      },
    },
  },
};

const missing = (name: string | undefined) =>
  new AwsError("ResourceNotFoundException", `Schedule ${name} does not exist.`, 404);
