import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../src/auditors/policy.ts";
import { bundle } from "./bundle.ts";
import type { Handler } from "./handlers.ts";
import { SYSTEM_PATH } from "./memberAccount.ts";
import { keyPermissions, tracingPermission } from "./permissions.ts";

/** What a {@link SystemFunction} must be told. */
export interface SystemFunctionArgs {
  /** Physical name of the function and of its role. */
  functionName: string;
  handler: Handler;
  environment: Record<string, pulumi.Input<string>>;
  /** Everything the function may do beside writing its own log. */
  permissions: pulumi.Input<pulumi.Input<PolicyStatement>[]>;
  /** Seconds, 900 at most. */
  timeout: number;
  /** Megabytes. */
  memorySize: number;
  /** Days that log lines are kept. */
  logRetentionDays: number;
  /** Whether AWS X-Ray traces invocations. Default: false. */
  tracing?: boolean;
  /** ARN of the KMS key that the buckets are encrypted with, where it is none of S3's own. */
  encryptionKeyArn?: string | undefined;
  /** Function or queue that gets events which failed for good. */
  onFailure?: pulumi.Input<string>;
}

/** A Lambda function of the system with a role, a log group and a bundle of its own. */
export class SystemFunction extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: SystemFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:SystemFunction", name, {}, opts);
    const child = { parent: this };
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${args.functionName}`, retentionInDays: args.logRetentionDays },
      child,
    );
    const role = new aws.iam.Role(
      name,
      {
        name: args.functionName,
        path: SYSTEM_PATH,
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
      },
      child,
    );
    const log = logGroup.arn.apply(
      (arn): PolicyStatement => ({
        Sid: "Log",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${arn}:*`,
      }),
    );
    const own = log.apply((statement) => [statement, ...(args.tracing ? [tracingPermission] : [])]);
    const policy = new aws.iam.RolePolicy(
      name,
      {
        role: role.name,
        policy: pulumi.all([args.permissions, own]).apply(([permissions, always]) =>
          JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              ...always,
              ...permissions,
              ...(args.encryptionKeyArn ? keyPermissions(permissions, args.encryptionKeyArn) : []),
            ],
          }),
        ),
      },
      child,
    );
    const { code, sha256 } = bundle(args.handler);
    const lambda = new aws.lambda.Function(
      name,
      {
        name: args.functionName,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code,
        description: `audit-ecosystem ${sha256.slice(0, 12)}`,
        timeout: args.timeout,
        memorySize: args.memorySize,
        environment: { variables: { ...args.environment, BUNDLE_SHA256: sha256 } },
        ...(args.tracing ? { tracingConfig: { mode: "Active" } } : {}),
        loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
      },
      { ...child, dependsOn: [policy, logGroup] },
    );
    if (args.onFailure) {
      new aws.lambda.FunctionEventInvokeConfig(
        name,
        {
          functionName: lambda.name,
          maximumRetryAttempts: 2,
          destinationConfig: { onFailure: { destination: args.onFailure } },
        },
        child,
      );
    }
    this.name = lambda.name;
    this.arn = lambda.arn;
    this.roleArn = role.arn;
    this.registerOutputs({ name: this.name, arn: this.arn, roleArn: this.roleArn });
  }
}
