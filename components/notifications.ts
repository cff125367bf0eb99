import * as pulumi from "@pulumi/pulumi";
import type { Control } from "../src/controls/control.ts";
import type { Exception } from "../src/controls/exception.ts";
import type { Catalog as Tables } from "../src/tables/catalog.ts";
import type { Catalog } from "./catalog.ts";
import { deadLetterQueue } from "./deadLetterQueue.ts";
import { notifierPermissions } from "./permissions.ts";
import { SystemFunction } from "./systemFunction.ts";

/** Whom to tell of new findings, and of which. */
export interface NotificationSettings {
  /** Controls of whose findings people are told; each about types that the deployed auditors read. */
  controls: readonly Control[];
  /** Failures that somebody answers for, and nobody is told of. */
  exceptions?: readonly Exception[];
  /** SNS topic that gets a message for each run with something new. */
  topicArn?: string;
  /** Name of the EventBridge bus that gets an event for each finding. */
  eventBus?: string;
  /** Whether findings are imported into Security Hub of the audit account's region, which must be enabled there. */
  securityHub?: boolean;
  /** Name of the SecureString parameter with the address of a Slack-compatible webhook. */
  webhookParameter?: string;
}

/** What {@link Notifications} must be told. */
export interface NotificationsArgs extends NotificationSettings {
  namePrefix: string;
  partition: pulumi.Input<string>;
  accountId: pulumi.Input<string>;
  region: pulumi.Input<string>;
  bucket: { name: pulumi.Input<string>; arn: pulumi.Input<string> };
  catalog: Catalog;
  /** What the deployed auditors cover. */
  covered: Tables["auditors"];
  logRetentionDays: number;
  tracing?: boolean;
  /** ARN of the KMS key that the evidence is encrypted with; S3's own when left out. */
  encryptionKeyArn?: string | undefined;
}

/** The notifier's name: who starts it has it before it is made. */
export const notifierName = (namePrefix: string): string => `${namePrefix}-notifier`;

/** Tells people of findings that are new since the last run: a function that is invoked when a run's tables are there. */
export class Notifications extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  /** Of the queue that holds runs whose telling failed for good. */
  readonly deadLetterQueueName: pulumi.Output<string>;

  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Notifications", name, {}, opts);
    const child = { parent: this };
    const { partition, accountId, region, bucket, catalog } = args;
    const functionName = notifierName(args.namePrefix);
    const queue = deadLetterQueue(name, `${functionName}-failed`, child);
    const here = (service: string, resource: string) =>
      pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
    const eventBusArn = args.eventBus ? here("events", `event-bus/${args.eventBus}`) : undefined;
    const productArn = args.securityHub
      ? pulumi.output(accountId).apply((id) => here("securityhub", `product/${id}/default`))
      : undefined;
    const parameterArn = args.webhookParameter
      ? here("ssm", `parameter/${args.webhookParameter.replace(/^\//, "")}`)
      : undefined;
    const workgroupArn = catalog.workgroupName.apply((workgroup) => here("athena", `workgroup/${workgroup}`));
    const glueArn = pulumi.interpolate`arn:${partition}:glue:${region}:${accountId}`;
    const notifier = new SystemFunction(
      name,
      {
        functionName,
        handler: {
          kind: "notifier",
          config: { controls: args.controls, auditors: args.covered, exceptions: args.exceptions ?? [] },
        },
        timeout: 900,
        memorySize: 1024,
        logRetentionDays: args.logRetentionDays,
        tracing: args.tracing ?? false,
        encryptionKeyArn: args.encryptionKeyArn,
        environment: {
          EVIDENCE_BUCKET: bucket.name,
          ATHENA_WORKGROUP: catalog.workgroupName,
          GLUE_DATABASE: catalog.databaseName,
          ...(args.topicArn ? { TOPIC_ARN: args.topicArn } : {}),
          ...(eventBusArn ? { EVENT_BUS: eventBusArn } : {}),
          ...(productArn ? { SECURITY_HUB_PRODUCT: productArn } : {}),
          ...(args.webhookParameter ? { WEBHOOK_PARAMETER: args.webhookParameter } : {}),
        },
        permissions: pulumi
          .all([bucket.arn, workgroupArn, catalog.resultsArn, glueArn, catalog.databaseName, queue.arn])
          .apply(([bucketArn, ofWorkgroup, resultsArn, ofGlue, databaseName, queueArn]) =>
            pulumi
              .all([eventBusArn, productArn, parameterArn])
              .apply(([ofEventBus, securityHubProductArn, webhookParameterArn]) =>
                notifierPermissions({
                  bucketArn,
                  workgroupArn: ofWorkgroup,
                  resultsArn,
                  glueArn: ofGlue,
                  databaseName,
                  queueArn,
                  topicArn: args.topicArn,
                  eventBusArn: ofEventBus,
                  securityHubProductArn,
                  webhookParameterArn,
                }),
              ),
          ),
        onFailure: queue.arn,
      },
      child,
    );
    this.functionName = notifier.name;
    this.deadLetterQueueName = queue.name;
    this.registerOutputs({ functionName: this.functionName, deadLetterQueueName: this.deadLetterQueueName });
  }
}
