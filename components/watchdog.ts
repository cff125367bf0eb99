import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { SYSTEM_PATH } from "./memberAccount.ts";
import { watchdogPermissions } from "./permissions.ts";
import { schedulerTrust } from "./schedule.ts";
import { SystemFunction } from "./systemFunction.ts";

/** What a {@link Watchdog} must be told. */
export interface WatchdogArgs {
  namePrefix: string;
  accountId: pulumi.Input<string>;
  bucket: { name: pulumi.Input<string>; arn: pulumi.Input<string> };
  sealer: { name: pulumi.Input<string>; arn: pulumi.Input<string> };
  /** Minutes after its start within which a run is to be sealed. */
  sealDeadlineMinutes: number;
  logRetentionDays: number;
  tracing?: boolean;
  /** ARN of the KMS key that the evidence is encrypted with; S3's own when left out. */
  encryptionKeyArn?: string | undefined;
}

const EVERY = "rate(15 minutes)";

/** A function that looks for runs past their deadline every quarter of an hour, so that none stays open in silence. */
export class Watchdog extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;

  constructor(name: string, args: WatchdogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Watchdog", name, {}, opts);
    const child = { parent: this };
    const watchdog = new SystemFunction(
      name,
      {
        functionName: `${args.namePrefix}-watchdog`,
        handler: { kind: "watchdog" },
        timeout: 300,
        memorySize: 256,
        logRetentionDays: args.logRetentionDays,
        tracing: args.tracing ?? false,
        encryptionKeyArn: args.encryptionKeyArn,
        environment: {
          EVIDENCE_BUCKET: args.bucket.name,
          SEALER_FUNCTION: args.sealer.name,
          SEAL_DEADLINE_MINUTES: String(args.sealDeadlineMinutes),
        },
        permissions: pulumi
          .all([args.bucket.arn, args.sealer.arn])
          .apply(([bucketArn, sealerArn]) => watchdogPermissions(bucketArn, sealerArn)),
      },
      child,
    );
    const role = new aws.iam.Role(
      `${name}-schedule`,
      {
        name: `${args.namePrefix}-watchdog-schedule`,
        path: SYSTEM_PATH,
        assumeRolePolicy: pulumi.output(args.accountId).apply((id) => JSON.stringify(schedulerTrust(id))),
      },
      child,
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-schedule`,
      {
        role: role.name,
        policy: watchdog.arn.apply((arn) =>
          JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Sid: "Look", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: arn }],
          }),
        ),
      },
      child,
    );
    new aws.scheduler.Schedule(
      name,
      {
        name: `${args.namePrefix}-watchdog`,
        description: "Looks for runs of the audit that are not sealed",
        scheduleExpression: EVERY,
        scheduleExpressionTimezone: "UTC",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: watchdog.arn,
          roleArn: role.arn,
          input: "{}",
          // The next look comes soon enough.
          retryPolicy: { maximumEventAgeInSeconds: 300, maximumRetryAttempts: 2 },
        },
      },
      { ...child, dependsOn: [policy] },
    );
    this.functionName = watchdog.name;
    this.registerOutputs({ functionName: this.functionName });
  }
}
