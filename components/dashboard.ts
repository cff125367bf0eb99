import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a {@link Dashboard} must be told. */
export interface DashboardArgs {
  namePrefix: string;
  region: pulumi.Input<string>;
  /** Names of the auditors, as the metrics' dimension has them. */
  auditors: readonly string[];
}

/** Metrics that a dashboard may show before it costs three dollars a month. @see https://aws.amazon.com/cloudwatch/pricing/ */
export const FREE_METRICS = 50;

/** Graphs of the auditors' metrics, those first that one misses most. */
const GRAPHS = [
  { title: "Planned items not collected", metric: "NotCollected", stat: "Sum" },
  { title: "Throttles", metric: "Throttles", stat: "Sum" },
  { title: "Longest task", metric: "Duration", stat: "Maximum" },
  { title: "Items", metric: "Items", stat: "Sum" },
  { title: "Calls", metric: "Calls", stat: "Sum" },
] as const;

/** The widgets: for each auditor what it could not read, and as much else as stays within {@link FREE_METRICS}. */
export const dashboardBody = (region: string, auditors: readonly string[]) => {
  const shown = GRAPHS.slice(0, Math.max(1, Math.floor((FREE_METRICS - 1) / Math.max(1, auditors.length))));
  const graphs = [
    {
      title: "Runs past their deadline and not sealed",
      stat: "Maximum",
      period: 900,
      metrics: [["audit-ecosystem", "RunsNotSealed", "service", "audit-ecosystem"]],
    },
    ...shown.map(({ title, metric, stat }) => ({
      title,
      stat,
      period: 300,
      metrics: auditors.map((auditor) => ["audit-ecosystem", metric, "service", "audit-ecosystem", "auditor", auditor]),
    })),
  ];
  return {
    widgets: graphs.map((properties, index) => ({
      type: "metric",
      x: (index % 2) * 12,
      y: Math.floor(index / 2) * 6,
      width: 12,
      height: 6,
      properties: { region, ...properties },
    })),
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
