import * as athena from "@aws-sdk/client-athena";
import * as budgets from "@aws-sdk/client-budgets";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as config from "@aws-sdk/client-config-service";
import * as events from "@aws-sdk/client-eventbridge";
import * as glue from "@aws-sdk/client-glue";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as quicksight from "@aws-sdk/client-quicksight";
import * as s3 from "@aws-sdk/client-s3";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import type { Inputs, Target } from "./provider.ts";

/** A resource that is to go: its id, its inputs, and its name in the program. */
export interface Going {
  id: string;
  inputs: Inputs;
  name: string;
}

/** Takes a resource away. */
type Remover = (resource: Going, to: Target) => Promise<unknown>;

type Client = { send: (command: never) => Promise<unknown> };

/** One call, of a client, which the resource's id and inputs are the input of. */
const by =
  (Class: new (config: never) => Client, command: (resource: Going, to: Target) => unknown): Remover =>
  (resource, to) =>
    to.client(Class).send(command(resource, to) as never);

/** What has no existence of its own: it goes with what it belongs to. */
const nothing: Remover = async () => undefined;

/** A bucket goes when it is empty; one that may be destroyed with what is in it is emptied first. */
const bucket: Remover = async ({ id: Bucket, inputs }, to) => {
  const client = to.client(s3.S3Client);
  for (let left = Boolean(inputs.forceDestroy); left; ) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new s3.ListObjectVersionsCommand({ Bucket }));
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId }));
    left = Versions.length + DeleteMarkers.length > 0;
  }
  await client.send(new s3.DeleteBucketCommand({ Bucket }));
};

const analysis: Remover = by(
  quicksight.QuickSightClient,
  ({ inputs }, { account }) =>
    new quicksight.DeleteAnalysisCommand({
      AwsAccountId: account,
      AnalysisId: (JSON.parse(inputs.desiredState) as quicksight.CreateAnalysisRequest).AnalysisId,
      ForceDeleteWithoutRecovery: true,
    }),
);

/** How each type of resource is taken away, by the calls of the provider. */
const removers: Readonly<Record<string, Remover>> = {
  "aws:athena/namedQuery:NamedQuery": by(
    athena.AthenaClient,
    ({ id }) => new athena.DeleteNamedQueryCommand({ NamedQueryId: id }),
  ),
  "aws:athena/workgroup:Workgroup": by(
    athena.AthenaClient,
    ({ id }) => new athena.DeleteWorkGroupCommand({ WorkGroup: id, RecursiveDeleteOption: true }),
  ),
  "aws:budgets/budget:Budget": by(
    budgets.BudgetsClient,
    ({ inputs }, { account }) => new budgets.DeleteBudgetCommand({ AccountId: account, BudgetName: inputs.name }),
  ),
  "aws:cfg/organizationCustomPolicyRule:OrganizationCustomPolicyRule": by(
    config.ConfigServiceClient,
    ({ id }) => new config.DeleteOrganizationConfigRuleCommand({ OrganizationConfigRuleName: id }),
  ),
  "aws:cfg/rule:Rule": by(
    config.ConfigServiceClient,
    ({ id }) => new config.DeleteConfigRuleCommand({ ConfigRuleName: id }),
  ),
  "aws:cloudcontrol/resource:Resource": analysis,
  "aws:cloudformation/stackInstances:StackInstances": by(
    cloudformation.CloudFormationClient,
    ({ inputs }) =>
      new cloudformation.DeleteStackInstancesCommand({
        StackSetName: inputs.stackSetName,
        Regions: inputs.regions,
        DeploymentTargets: { OrganizationalUnitIds: inputs.deploymentTargets.organizationalUnitIds },
        RetainStacks: false,
        CallAs: inputs.callAs,
      }),
  ),
  "aws:cloudformation/stackSet:StackSet": by(
    cloudformation.CloudFormationClient,
    ({ id, inputs }) => new cloudformation.DeleteStackSetCommand({ StackSetName: id, CallAs: inputs.callAs }),
  ),
  "aws:cloudwatch/dashboard:Dashboard": by(
    cloudwatch.CloudWatchClient,
    ({ id }) => new cloudwatch.DeleteDashboardsCommand({ DashboardNames: [id] }),
  ),
  "aws:cloudwatch/eventRule:EventRule": by(
    events.EventBridgeClient,
    ({ id }) => new events.DeleteRuleCommand({ Name: id }),
  ),
  "aws:cloudwatch/eventTarget:EventTarget": by(
    events.EventBridgeClient,
    ({ inputs, name }) => new events.RemoveTargetsCommand({ Rule: inputs.rule, Ids: [inputs.targetId ?? name] }),
  ),
  "aws:cloudwatch/logGroup:LogGroup": by(
    logs.CloudWatchLogsClient,
    ({ id }) => new logs.DeleteLogGroupCommand({ logGroupName: id }),
  ),
  "aws:cloudwatch/metricAlarm:MetricAlarm": by(
    cloudwatch.CloudWatchClient,
    ({ id }) => new cloudwatch.DeleteAlarmsCommand({ AlarmNames: [id] }),
  ),
  "aws:glue/catalogDatabase:CatalogDatabase": by(
    glue.GlueClient,
    ({ inputs }) => new glue.DeleteDatabaseCommand({ Name: inputs.name }),
  ),
  "aws:glue/catalogTable:CatalogTable": by(
    glue.GlueClient,
    ({ inputs }) => new glue.DeleteTableCommand({ DatabaseName: inputs.databaseName, Name: inputs.name }),
  ),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": by(
    iam.IAMClient,
    ({ id }) => new iam.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id }),
  ),
  "aws:iam/policy:Policy": by(iam.IAMClient, ({ id }) => new iam.DeletePolicyCommand({ PolicyArn: id })),
  "aws:iam/role:Role": by(iam.IAMClient, ({ id }) => new iam.DeleteRoleCommand({ RoleName: id })),
  "aws:iam/rolePolicy:RolePolicy": by(
    iam.IAMClient,
    ({ inputs, name }) => new iam.DeleteRolePolicyCommand({ RoleName: inputs.role, PolicyName: inputs.name ?? name }),
  ),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": by(
    iam.IAMClient,
    ({ inputs }) => new iam.DetachRolePolicyCommand({ RoleName: inputs.role, PolicyArn: inputs.policyArn }),
  ),
  "aws:kms/alias:Alias": by(kms.KMSClient, ({ id }) => new kms.DeleteAliasCommand({ AliasName: id })),
  "aws:kms/key:Key": by(
    kms.KMSClient,
    ({ id, inputs }) =>
      new kms.ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: inputs.deletionWindowInDays ?? 30 }),
  ),
  "aws:lambda/function:Function": by(
    lambda.LambdaClient,
    ({ id }) => new lambda.DeleteFunctionCommand({ FunctionName: id }),
  ),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": by(
    lambda.LambdaClient,
    ({ inputs }) => new lambda.DeleteFunctionEventInvokeConfigCommand({ FunctionName: inputs.functionName }),
  ),
  "aws:lambda/permission:Permission": by(
    lambda.LambdaClient,
    ({ id, inputs }) => new lambda.RemovePermissionCommand({ FunctionName: inputs.function, StatementId: id }),
  ),
  "aws:quicksight/dataSet:DataSet": by(
    quicksight.QuickSightClient,
    ({ inputs }, { account }) =>
      new quicksight.DeleteDataSetCommand({ AwsAccountId: account, DataSetId: inputs.dataSetId }),
  ),
  "aws:quicksight/dataSource:DataSource": by(
    quicksight.QuickSightClient,
    ({ inputs }, { account }) =>
      new quicksight.DeleteDataSourceCommand({ AwsAccountId: account, DataSourceId: inputs.dataSourceId }),
  ),
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": by(
    s3.S3Client,
    ({ id }) => new s3.DeleteBucketLifecycleCommand({ Bucket: id }),
  ),
  // Locked is what it locked; the provider takes the rule for new objects away.
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": by(
    s3.S3Client,
    ({ id }) =>
      new s3.PutObjectLockConfigurationCommand({
        Bucket: id,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
      }),
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": by(
    s3.S3Client,
    ({ id }) => new s3.DeleteBucketOwnershipControlsCommand({ Bucket: id }),
  ),
  "aws:s3/bucketPolicy:BucketPolicy": by(s3.S3Client, ({ id }) => new s3.DeleteBucketPolicyCommand({ Bucket: id })),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": by(
    s3.S3Client,
    ({ id }) => new s3.DeletePublicAccessBlockCommand({ Bucket: id }),
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": by(
    s3.S3Client,
    ({ id }) => new s3.DeleteBucketEncryptionCommand({ Bucket: id }),
  ),
  "aws:s3/bucketVersioning:BucketVersioning": by(
    s3.S3Client,
    ({ id }) => new s3.PutBucketVersioningCommand({ Bucket: id, VersioningConfiguration: { Status: "Suspended" } }),
  ),
  "aws:scheduler/schedule:Schedule": by(
    scheduler.SchedulerClient,
    ({ inputs }) => new scheduler.DeleteScheduleCommand({ Name: inputs.name }),
  ),
  "aws:sqs/queue:Queue": by(sqs.SQSClient, ({ id }) => new sqs.DeleteQueueCommand({ QueueUrl: id })),
  "aws:sqs/queuePolicy:QueuePolicy": by(
    sqs.SQSClient,
    ({ id }) => new sqs.SetQueueAttributesCommand({ QueueUrl: id, Attributes: { Policy: "" } }),
  ),
  "aws:ssm/parameter:Parameter": by(ssm.SSMClient, ({ id }) => new ssm.DeleteParameterCommand({ Name: id })),
  "random:index/randomPassword:RandomPassword": nothing,
  "random:index/randomUuid:RandomUuid": nothing,
};

/** Takes a resource away as the provider does. @throws Error as AWS has it, or naming a type that the sandbox does not know */
export async function remove(type: string, resource: Going, to: Target): Promise<void> {
  const remover = removers[type];
  if (!remover) throw new Error(`the sandbox does not know how ${type} (${resource.name}) is deleted`);
  await remover(resource, to);
}
