/**
 * Inputs by type that cannot be changed in place: with another value the resource is made anew, and the old one deleted.
 * @see https://www.pulumi.com/registry/packages/aws/api-docs/ "changes to this property will trigger replacement"
 */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName"],
  "aws:cloudwatch/logGroup:LogGroup": ["name", "namePrefix"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
  "aws:iam/policy:Policy": ["name", "namePrefix", "path", "description"],
  "aws:iam/role:Role": ["name", "namePrefix", "path"],
  "aws:iam/rolePolicy:RolePolicy": ["name", "namePrefix", "role"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ["role", "policyArn"],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "customKeyStoreId", "multiRegion", "xksKeyId"],
  "aws:lambda/function:Function": ["name", "packageType"],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["functionName", "qualifier"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled", "region"],
  "aws:scheduler/schedule:Schedule": ["name", "namePrefix", "groupName"],
  "aws:sqs/queue:Queue": ["name", "namePrefix", "fifoQueue"],
  "aws:sqs/queuePolicy:QueuePolicy": ["queueUrl"],
  "aws:ssm/parameter:Parameter": ["name", "dataType"],
  "aws:athena/namedQuery:NamedQuery": ["name", "query", "database", "workgroup", "description"],
  "aws:athena/workgroup:Workgroup": ["name"],
  "aws:budgets/budget:Budget": ["name", "accountId"],
  "aws:cfg/organizationCustomPolicyRule:OrganizationCustomPolicyRule": ["name"],
  "aws:cfg/rule:Rule": ["name"],
  "aws:cloudcontrol/resource:Resource": ["typeName"],
  "aws:cloudformation/stackInstances:StackInstances": ["stackSetName", "callAs"],
  "aws:cloudwatch/eventRule:EventRule": ["name", "eventBusName"],
  "aws:cloudwatch/eventTarget:EventTarget": ["rule", "targetId"],
  "aws:cloudformation/stackSet:StackSet": ["name", "permissionModel"],
  "aws:glue/catalogDatabase:CatalogDatabase": ["name"],
  "aws:glue/catalogTable:CatalogTable": ["name", "databaseName"],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ["url"],
  "aws:kms/alias:Alias": ["name"],
  "aws:lambda/permission:Permission": ["function", "action", "principal", "sourceAccount", "sourceArn", "statementId"],
  "aws:quicksight/dataSet:DataSet": ["dataSetId", "awsAccountId"],
  "aws:quicksight/dataSource:DataSource": ["dataSourceId", "awsAccountId", "type"],
  "random:index/randomPassword:RandomPassword": ["keepers", "length", "special"],
  "random:index/randomUuid:RandomUuid": ["keepers"],
};
/** Settings of a bucket, each a resource that belongs to it. */
const OF_BUCKET = /^aws:s3\/bucket(Versioning|ServerSide|PublicAccess|Ownership|Lifecycle|ObjectLock|Policy)/;

/** Inputs of a type with another value of which a resource is made anew. */
export const replacing = (type: string): readonly string[] =>
  REPLACING[type] ?? (OF_BUCKET.test(type) ? ["bucket"] : []);
