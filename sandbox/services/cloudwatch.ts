import * as sdk from "@aws-sdk/client-cloudwatch";
import { AwsError, type Call, type Service } from "../service.ts";

const alarmArn = ({ region, account }: Call, name = "") => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
const dashboardArn = ({ account }: Call, name = "") => `arn:aws:cloudwatch::${account}:dashboard/${name}`;

/** CloudWatch: alarms and dashboards as they are defined; the sandbox keeps no metrics, so that no alarm goes off. */
export const cloudwatch: Service = {
  signingName: "monitoring",
  iamPrefix: "cloudwatch",
  protocol: "json",
  regional: true,
  sdk: { ...sdk },
  operations: {
    PutMetricAlarm: {
      permissions: (input: sdk.PutMetricAlarmInput, call) => [
        { action: "cloudwatch:PutMetricAlarm", resource: alarmArn(call, input.AlarmName) },
      ],
      run: (input: sdk.PutMetricAlarmInput, call) => {
        if (!input.MetricName && !input.Metrics?.length)
          throw new AwsError("ValidationError", "The parameter MetricName or Metrics is required.");
        const AlarmArn = alarmArn(call, input.AlarmName);
        call.state.alarms.set(AlarmArn, { ...input, AlarmArn, StateValue: "INSUFFICIENT_DATA" });
        return {};
      },
    },
    DescribeAlarms: {
      run: (input: sdk.DescribeAlarmsInput, call): sdk.DescribeAlarmsOutput => ({
        MetricAlarms: [...call.state.alarms.values()].filter(
          ({ AlarmArn, AlarmName }) =>
            AlarmArn?.startsWith(alarmArn(call)) && (input.AlarmNames?.includes(AlarmName ?? "") ?? true),
        ),
      }),
    },
    PutDashboard: {
      permissions: (input: sdk.PutDashboardInput, call) => [
        { action: "cloudwatch:PutDashboard", resource: dashboardArn(call, input.DashboardName) },
      ],
      run: (input: sdk.PutDashboardInput, call): sdk.PutDashboardOutput => {
        try {
          JSON.parse(input.DashboardBody ?? "");
        } catch {
          throw new AwsError("InvalidParameterInput", "The field DashboardBody must be a valid JSON object");
        }
        call.state.dashboards.set(dashboardArn(call, input.DashboardName), input.DashboardBody ?? "");
        return { DashboardValidationMessages: [] };
      },
    },
    GetDashboard: {
      permissions: (input: sdk.GetDashboardInput, call) => [
        { action: "cloudwatch:GetDashboard", resource: dashboardArn(call, input.DashboardName) },
      ],
      run: (input: sdk.GetDashboardInput, call): sdk.GetDashboardOutput => {
        const DashboardArn = dashboardArn(call, input.DashboardName);
        const DashboardBody = call.state.dashboards.get(DashboardArn);
        if (DashboardBody === undefined)
          throw new AwsError("ResourceNotFound", `Dashboard ${input.DashboardName} does not exist`, 404);
        return { DashboardArn, DashboardName: input.DashboardName, DashboardBody };
      },
    },
    DeleteAlarms: {
      permissions: ({ AlarmNames = [] }: sdk.DeleteAlarmsInput, call) =>
        AlarmNames.map((name) => ({ action: "cloudwatch:DeleteAlarms", resource: alarmArn(call, name) })),
      run: ({ AlarmNames = [] }: sdk.DeleteAlarmsInput, call) => {
        for (const name of AlarmNames) call.state.alarms.delete(alarmArn(call, name));
        return {};
      },
    },
    DeleteDashboards: {
      permissions: ({ DashboardNames = [] }: sdk.DeleteDashboardsInput, call) =>
        DashboardNames.map((name) => ({ action: "cloudwatch:DeleteDashboards", resource: dashboardArn(call, name) })),
      run: ({ DashboardNames = [] }: sdk.DeleteDashboardsInput, call): sdk.DeleteDashboardsOutput => {
        for (const name of DashboardNames) call.state.dashboards.delete(dashboardArn(call, name));
        return {};
      },
    },
  },
};
