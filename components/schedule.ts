import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { deadLetterQueue } from "./deadLetterQueue.ts";
import { SYSTEM_PATH } from "./memberAccount.ts";

/** One schedule of runs. */
export interface RunSchedule {
  /** Told apart by it; part of the run's id, so that a schedule delivered twice is one run. */
  name: string;
  /** `cron(0 3 * * ? *)` or `rate(12 hours)`. @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
  expression: string;
  /** IANA name of the time zone that a cron expression is read in. Default: UTC. */
  timezone?: string;
  /** Auditors to run; every deployed one when left out. */
  auditors?: readonly string[];
}

/** What a {@link Schedule} must be told. */
export interface ScheduleArgs {
  schedules: readonly RunSchedule[];
  /** First part of the names of schedules, queue and role. */
  namePrefix: string;
  bossArn: pulumi.Input<string>;
  accountId: pulumi.Input<string>;
  /** Minutes after the time within which a run starts: many accounts' schedules spread out. 0: at the time. */
  flexibleMinutes: number;
}

/** Seconds after which a start that could not be delivered is given up and goes to the queue. */
const GIVE_UP_AFTER_SECONDS = 3600;

/** Only Scheduler, and only on behalf of schedules of this account, may take the role. */
export const schedulerTrust = (accountId: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "scheduler.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
  ],
});

export const schedulerPermissions = (bossArn: string, queueArn: string) => ({
  Version: "2012-10-17",
  Statement: [
    { Sid: "StartRuns", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: bossArn },
    { Sid: "KeepWhatFailed", Effect: "Allow", Action: ["sqs:SendMessage"], Resource: queueArn },
  ],
});

/**
 * What the boss is invoked with. Scheduler puts the time it was due in place of the keyword, the same at each retry.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const scheduledRequest = ({ name, auditors }: RunSchedule): string =>
  JSON.stringify({
    schedule: { name, time: "<aws.scheduler.scheduled-time>" },
    ...(auditors?.length ? { auditors } : {}),
  });

/** EventBridge Scheduler starts runs: by a role of its own, and with a queue for starts that could not be delivered. */
export class Schedule extends pulumi.ComponentResource {
  /** Of the queue that holds starts which were given up. */
  readonly deadLetterQueueName: pulumi.Output<string>;

  constructor(name: string, args: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:Schedule", name, args, opts);
    const child = { parent: this };
    const queue = deadLetterQueue(name, `${args.namePrefix}-schedule-failed`, child);
    const role = new aws.iam.Role(
      name,
      {
        name: `${args.namePrefix}-schedule`,
        path: SYSTEM_PATH,
        assumeRolePolicy: pulumi.output(args.accountId).apply((id) => JSON.stringify(schedulerTrust(id))),
      },
      child,
    );
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: pulumi
          .all([args.bossArn, queue.arn])
          .apply(([bossArn, queueArn]) => JSON.stringify(schedulerPermissions(bossArn, queueArn))),
      },
      child,
    );
    for (const schedule of args.schedules) {
      new aws.scheduler.Schedule(
        `${name}-${schedule.name}`,
        {
          name: `${args.namePrefix}-${schedule.name}`,
          description: "Starts a run of the audit",
          scheduleExpression: schedule.expression,
          scheduleExpressionTimezone: schedule.timezone ?? "UTC",
          flexibleTimeWindow: args.flexibleMinutes
            ? { mode: "FLEXIBLE", maximumWindowInMinutes: args.flexibleMinutes }
            : { mode: "OFF" },
          target: {
            arn: args.bossArn,
            roleArn: role.arn,
            input: scheduledRequest(schedule),
            retryPolicy: { maximumEventAgeInSeconds: GIVE_UP_AFTER_SECONDS, maximumRetryAttempts: 10 },
            deadLetterConfig: { arn: queue.arn },
          },
        },
        { ...child, dependsOn: [policy] },
      );
    }
    this.deadLetterQueueName = queue.name;
    this.registerOutputs({ deadLetterQueueName: this.deadLetterQueueName });
  }
}
