import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What {@link Alarms} must be told. */
export interface AlarmsArgs {
  namePrefix: string;
  /** Names of functions. */
  boss: pulumi.Input<string>;
  sealer: pulumi.Input<string>;
  recorder: pulumi.Input<string>;
  watchdog: pulumi.Input<string>;
  /** Undefined without a catalog. */
  tabulator?: pulumi.Input<string> | undefined;
  /** Name of the queue of scheduled starts that were given up; undefined where nothing is scheduled. */
  failedStarts?: pulumi.Input<string> | undefined;
  /** Undefined where nobody is told of findings. */
  notifier?: pulumi.Input<string> | undefined;
  /** Undefined where no model in SageMaker scores. */
  anomalies?: pulumi.Input<string> | undefined;
  /** Whether witnesses in other accounts cosign the chain of runs. */
  cosigned?: boolean;
  /** Whether time-stamp authorities stamp manifests. */
  stamped?: boolean;
  /** SNS topic that is told; alarms only show in the console when left out. */
  topicArn?: pulumi.Input<string>;
}

interface Watched {
  name: string;
  description: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, pulumi.Input<string>>;
  statistic: "Sum" | "Maximum";
  periodSeconds: number;
}

const ofFunction = (
  name: string,
  metricName: string,
  FunctionName: pulumi.Input<string>,
  description: string,
): Watched => ({
  name,
  description,
  namespace: "AWS/Lambda",
  metricName,
  dimensions: { FunctionName },
  statistic: "Sum",
  periodSeconds: 300,
});

/** What the functions count themselves. */
const ofSystem = (name: string, metricName: string, description: string): Watched => ({
  name,
  description,
  namespace: "audit-ecosystem",
  metricName,
  dimensions: { service: "audit-ecosystem" },
  statistic: "Maximum",
  periodSeconds: 900,
});

/** Where it stands what to do about an alarm, by the alarm's name. */
const RUNBOOK = "docs/runbook.md";
/** Alarms on what an auditor must hear of: each says what has happened, and where it stands what to do. */
export class Alarms extends pulumi.ComponentResource {
  readonly names: pulumi.Output<string[]>;

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Alarms", name, {}, opts);
    const watched: Watched[] = [
      ofSystem("run-not-sealed", "RunsNotSealed", "A run is past its deadline and not sealed"),
      ...(args.cosigned ? [ofSystem("not-cosigned", "NotCosigned", "A witness did not cosign a sealed run")] : []),
      ...(args.stamped ? [ofSystem("not-stamped", "NotStamped", "An authority gave a sealed run no time stamp")] : []),
      ofFunction("boss-errors", "Errors", args.boss, "A run did not start"),
      ...(args.failedStarts
        ? [
            ofFunction(
              "start-dropped",
              "AsyncEventsDropped",
              args.boss,
              "Lambda gave a start up, after three tries or six hours: that run has not begun",
            ),
            {
              name: "start-failed",
              description: "A scheduled start was given up: that run has not begun",
              namespace: "AWS/SQS",
              metricName: "ApproximateNumberOfMessagesVisible",
              dimensions: { QueueName: args.failedStarts },
              statistic: "Maximum" as const,
              periodSeconds: 300,
            },
          ]
        : []),
      ofFunction("task-died", "Invocations", args.recorder, "A task died for good; its outcomes say so"),
      ofFunction("sealer-errors", "Errors", args.sealer, "The sealer failed"),
      ofFunction("recorder-errors", "Errors", args.recorder, "A dead task could not be recorded: its run stays open"),
      ofFunction("watchdog-errors", "Errors", args.watchdog, "Nobody looks for runs that are not sealed"),
      ...(args.tabulator
        ? [ofFunction("tabulator-errors", "Errors", args.tabulator, "Tables of a run are missing; its evidence is not")]
        : []),
      ...(args.notifier
        ? [ofFunction("notifier-errors", "Errors", args.notifier, "People were not told of all findings")]
        : []),
      ...(args.anomalies
        ? [
            ofFunction(
              "anomalies-errors",
              "Errors",
              args.anomalies,
              "SageMaker did not score each resource type of a run",
            ),
          ]
        : []),
      {
        name: "not-delivered",
        description: "A dead event did not reach the recorder: its run stays open",
        namespace: "AWS/Lambda",
        metricName: "DestinationDeliveryFailures",
        // Of all functions in the account's region: one alarm, where each auditor's own would be one to pay for.
        dimensions: {},
        statistic: "Sum",
        periodSeconds: 300,
      },
    ];
    const alarms = watched.map(
      (each) =>
        new aws.cloudwatch.MetricAlarm(
          `${name}-${each.name}`,
          {
            name: `${args.namePrefix}-${each.name}`,
            alarmDescription: `${each.description}. What to do: ${RUNBOOK}#${each.name}`,
            namespace: each.namespace,
            metricName: each.metricName,
            dimensions: each.dimensions,
            statistic: each.statistic,
            period: each.periodSeconds,
            evaluationPeriods: 1,
            threshold: 1,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            treatMissingData: "notBreaching",
            ...(args.topicArn ? { alarmActions: [args.topicArn], okActions: [args.topicArn] } : {}),
          },
          { parent: this },
        ),
    );
    this.names = pulumi.all(alarms.map((alarm) => alarm.name));
    this.registerOutputs({ names: this.names });
  }
}
