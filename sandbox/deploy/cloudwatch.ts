import * as sdk from "@aws-sdk/client-cloudwatch";
import type { Providers } from "./provider.ts";

/** Alarms and dashboards. */
export const cloudwatchProviders: Providers = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": async (inputs, _name, to) => {
    const { name, dimensions = {} } = inputs;
    await to.client(sdk.CloudWatchClient).send(
      new sdk.PutMetricAlarmCommand({
        AlarmName: name,
        AlarmDescription: inputs.alarmDescription,
        Namespace: inputs.namespace,
        MetricName: inputs.metricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value: String(Value) })),
        Statistic: inputs.statistic,
        Period: inputs.period,
        EvaluationPeriods: inputs.evaluationPeriods,
        Threshold: inputs.threshold,
        ComparisonOperator: inputs.comparisonOperator,
        TreatMissingData: inputs.treatMissingData,
        AlarmActions: inputs.alarmActions,
        OKActions: inputs.okActions,
      }),
    );
    return { id: name, state: { arn: `arn:aws:cloudwatch:${to.region}:${to.account}:alarm:${name}` } };
  },
  "aws:cloudwatch/dashboard:Dashboard": async ({ dashboardName, dashboardBody }, _name, to) => {
    await to
      .client(sdk.CloudWatchClient)
      .send(new sdk.PutDashboardCommand({ DashboardName: dashboardName, DashboardBody: dashboardBody }));
    return {
      id: dashboardName,
      state: { dashboardArn: `arn:aws:cloudwatch::${to.account}:dashboard/${dashboardName}` },
    };
  },
};
