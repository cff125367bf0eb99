import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { deadLetterQueue } from "./deadLetterQueue.ts";
import { SYSTEM_PATH } from "./memberAccount.ts";
import { anomaliesPermissions, trainingPermissions } from "./permissions.ts";
import { ResultsBucket } from "./resultsBucket.ts";
import { SystemFunction } from "./systemFunction.ts";

/** How SageMaker is to score. */
export interface AnomalyModelSettings {
  /** Of training and of scoring in batches, such as `ml.c5.xlarge`. */
  instanceType: string;
}

/** What {@link AnomalyModels} must be told. */
export interface AnomalyModelsArgs extends AnomalyModelSettings {
  namePrefix: string;
  partition: pulumi.Input<string>;
  accountId: pulumi.Input<string>;
  region: pulumi.Input<string>;
  bucket: { name: pulumi.Input<string>; arn: pulumi.Input<string> };
  logRetentionDays: number;
  tracing?: boolean;
  /** ARN of the KMS key that the evidence is encrypted with; S3's own when left out. */
  encryptionKeyArn?: string | undefined;
}

/** Days that rows of features, models and scores are kept. */
const WORK_DAYS = 7;
/** Megabytes: the features of 100,000 resources, as docs/anomalies.md measures them. */
const MEMORY = 2048;

/** The function's name: who starts it has it before it is made. */
export const anomaliesName = (namePrefix: string): string => `${namePrefix}-anomalies`;

/** Only SageMaker, and only on behalf of this account, may take the role. */
export const trainingTrust = (accountId: string) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "sagemaker.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
  ],
});

/** Which events of SageMaker are of jobs that this system began, and have ended. */
export const jobPattern = (kind: "Training" | "Transform", namePrefix: string) => ({
  source: ["aws.sagemaker"],
  "detail-type": [`SageMaker ${kind} Job State Change`],
  detail: {
    [`${kind}JobName`]: [{ prefix: `${namePrefix.toLowerCase()}-` }],
    [`${kind}JobStatus`]: ["Completed", "Failed", "Stopped"],
  },
});

/**
 * Trains and scores the features of each run in SageMaker, by its own Random Cut Forest: a function that the tabulator
 * starts and the end of each job starts again, a role for the jobs, and a bucket for what passes between them. The
 * containers have no network, and the jobs see nothing of the evidence but numbers.
 */
export class AnomalyModels extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  /** Of the queue that holds events which failed for good. */
  readonly deadLetterQueueName: pulumi.Output<string>;

  constructor(name: string, args: AnomalyModelsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:AnomalyModels", name, {}, opts);
    const child = { parent: this };
    const { partition, accountId, region, bucket } = args;
    const functionName = anomaliesName(args.namePrefix);
    const here = (service: string, resource: string) =>
      pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
    const queue = deadLetterQueue(name, `${functionName}-failed`, child, here("events", `rule/${functionName}-*`));
    const work = new ResultsBucket(`${name}-work`, { days: WORK_DAYS }, child);
    const image = aws.sagemaker.getPrebuiltEcrImageOutput({ repositoryName: "randomcutforest" }, child);
    const { role, policy } = trainingRole(name, { ...args, functionName, work, image, here }, child);
    const scorer = new SystemFunction(
      name,
      {
        functionName,
        handler: { kind: "anomalies" },
        timeout: 900,
        memorySize: MEMORY,
        logRetentionDays: args.logRetentionDays,
        tracing: args.tracing ?? false,
        encryptionKeyArn: args.encryptionKeyArn,
        environment: {
          EVIDENCE_BUCKET: bucket.name,
          WORK_BUCKET: work.name,
          JOB_PREFIX: args.namePrefix,
          JOB_ROLE: role.arn,
          IMAGE: image.registryPath,
          INSTANCE_TYPE: args.instanceType,
        },
        permissions: pulumi
          .all([
            bucket.arn,
            work.arn,
            here("lambda", `function:${functionName}`),
            role.arn,
            queue.arn,
            here("sagemaker", ""),
          ])
          .apply(([bucketArn, workArn, ownArn, roleArn, queueArn, sageMakerArn]) =>
            anomaliesPermissions({
              bucketArn,
              workArn,
              ownArn,
              roleArn,
              queueArn,
              sageMakerArn,
              prefix: args.namePrefix.toLowerCase(),
            }),
          ),
        onFailure: queue.arn,
      },
      { ...child, dependsOn: [policy] },
    );
    for (const kind of ["Training", "Transform"] as const)
      startsAfterJobs(name, { kind, functionName, prefix: args.namePrefix, scorer, queue }, child);
    this.functionName = scorer.name;
    this.deadLetterQueueName = queue.name;
    this.registerOutputs({ functionName: this.functionName, deadLetterQueueName: this.deadLetterQueueName });
  }
}

interface Training {
  functionName: string;
  accountId: AnomalyModelsArgs["accountId"];
  partition: AnomalyModelsArgs["partition"];
  region: AnomalyModelsArgs["region"];
  work: ResultsBucket;
  image: pulumi.Output<aws.sagemaker.GetPrebuiltEcrImageResult>;
  here: (service: string, resource: string) => pulumi.Output<string>;
}

/** The role of the jobs: the image, the work bucket and their logs, and nothing of the evidence. */
function trainingRole(name: string, training: Training, child: pulumi.CustomResourceOptions) {
  const { functionName, accountId, partition, region, work, image, here } = training;
  const role = new aws.iam.Role(
    `${name}-training`,
    {
      name: `${functionName}-training`,
      path: SYSTEM_PATH,
      assumeRolePolicy: pulumi.output(accountId).apply((id) => JSON.stringify(trainingTrust(id))),
    },
    child,
  );
  const repositoryArn = pulumi.interpolate`arn:${partition}:ecr:${region}:${image.registryId}:repository/randomcutforest`;
  const policy = new aws.iam.RolePolicy(
    `${name}-training`,
    {
      role: role.name,
      policy: pulumi.all([work.arn, repositoryArn, here("logs", "log-group:/aws/sagemaker")]).apply((arns) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: trainingPermissions(...(arns as [string, string, string])),
        }),
      ),
    },
    child,
  );
  return { role, policy };
}

interface JobRule {
  kind: "Training" | "Transform";
  functionName: string;
  prefix: string;
  scorer: SystemFunction;
  queue: aws.sqs.Queue;
}

/** Starts the function whenever a job of a kind has ended. */
function startsAfterJobs(
  name: string,
  { kind, functionName, prefix, scorer, queue }: JobRule,
  child: pulumi.CustomResourceOptions,
): void {
  const ruleName = `${functionName}-${kind.toLowerCase()}`;
  const rule = new aws.cloudwatch.EventRule(
    `${name}-${kind.toLowerCase()}`,
    {
      name: ruleName,
      description: `A ${kind.toLowerCase()} job of the audit's anomalies has ended`,
      eventPattern: JSON.stringify(jobPattern(kind, prefix)),
    },
    child,
  );
  const permission = new aws.lambda.Permission(
    `${name}-${kind.toLowerCase()}`,
    {
      function: scorer.name,
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    },
    child,
  );
  new aws.cloudwatch.EventTarget(
    `${name}-${kind.toLowerCase()}`,
    { rule: rule.name, targetId: "function", arn: scorer.arn, deadLetterConfig: { arn: queue.arn } },
    { ...child, dependsOn: [permission] },
  );
}
