import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a {@link Dashboard} must be told. */
export interface DashboardArgs {
  namePrefix: string;
  region: pulumi.Input<string>;
  /** Names of the auditors, as the metrics' dimension has them. */
  auditors: readonly string[];
}

/** The widgets: for each auditor what it read, what it was throttled and denied, and how long it took. */
export const dashboardBody = (region: string, auditors: readonly string[]) => {
  const graph = (title: string, metric: string, stat: string, row: number, column: number) => ({
    type: "metric",
    x: column * 12,
    y: row * 6,
    width: 12,
    height: 6,
    properties: {
      title,
      region,
      stat,
      period: 300,
      metrics: auditors.map((auditor) => ["audit-ecosystem", metric, "service", "audit-ecosystem", "auditor", auditor]),
    },
  });
  return {
    widgets: [
      graph("Items", "Items", "Sum", 0, 0),
      graph("Calls", "Calls", "Sum", 0, 1),
      graph("Throttles", "Throttles", "Sum", 1, 0),
      graph("Planned items not collected", "NotCollected", "Sum", 1, 1),
      graph("Longest task", "Duration", "Maximum", 2, 0),
      {
        type: "metric",
        x: 12,
        y: 12,
        width: 12,
        height: 6,
        properties: {
          title: "Runs past their deadline and not sealed",
          region,
          stat: "Maximum",
          period: 900,
          metrics: [["audit-ecosystem", "RunsNotSealed", "service", "audit-ecosystem"]],
        },
      },
    ],
  };
};

/** One page of CloudWatch over the audit's runs. */
export class Dashboard extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Dashboard", name, {}, opts);
    const dashboard = new aws.cloudwatch.Dashboard(
      name,
      {
        dashboardName: `${args.namePrefix}-runs`,
        dashboardBody: pulumi
          .output(args.region)
          .apply((region) => JSON.stringify(dashboardBody(region, args.auditors))),
      },
      { parent: this },
    );
    this.name = dashboard.dashboardName;
    this.registerOutputs({ name: this.name });
  }
}
