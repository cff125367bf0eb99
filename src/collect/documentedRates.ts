/** A token bucket as AWS documents it: calls that it holds, and calls that come to it each second. */
export interface Rate {
  size: number;
  refill: number;
}

/** What draws on a bucket: some operations of a service, or where none is named, all that no other bucket names. */
export interface Bucket extends Rate {
  operations: readonly string[];
  /** `each` of the operations has one of its own, or they stand `together`; `total` is drawn on beside the others. */
  of: "each" | "together" | "total";
}

const each = (size: number, refill: number, ...operations: string[]): Bucket => ({
  size,
  refill,
  operations,
  of: "each",
});
const together = (size: number, refill: number, ...operations: string[]): Bucket => ({
  size,
  refill,
  operations,
  of: "together",
});
const total = (size: number, refill: number): Bucket => ({ size, refill, operations: [], of: "total" });
/** A rate without a burst: its bucket is taken to hold a second's. */
const rate = (perSecond: number, ...operations: string[]): Bucket => each(perSecond, perSecond, ...operations);

/** Resources, stages and all else of REST, HTTP and WebSocket APIs: both SDK packages call the same service. */
const apiGateway = total(40, 10);

/**
 * Services by their SDK's id, with the page where AWS says how often they may be asked. Of an account and region, as
 * quotas are where nothing else is noted; those of global services have one region. Operations in one row of a table
 * are taken to stand together where the page does not say. What is left out documents nothing that was found, or
 * contradicts itself (SES), and is called as the account's budget of calls allows.
 */
export const DOCUMENTED: Readonly<Record<string, readonly Bucket[]>> = {
  // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html non-mutating, and uncategorized actions. A
  // few have a smaller bucket where they are asked for everything at once, which the auditors never do.
  EC2: [
    each(1, 0.5, "DescribeByoipCidrs"),
    each(50, 3, "DescribeSpotFleetRequests"),
    each(10, 2, "DescribeVerifiedAccessInstanceLoggingConfigurations"),
    each(100, 20),
  ],
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html requests to STS, of the calling account
  STS: [together(600, 600)],
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html read actions
  ECS: [
    together(50, 20, "ListClusters", "DescribeClusters"),
    together(50, 20, "ListTaskDefinitions", "DescribeTaskDefinition"),
    together(50, 20, "DescribeCapacityProviders"),
    together(50, 20, "ListAccountSettings"),
    together(100, 20, "ListContainerInstances", "DescribeContainerInstances"),
    together(100, 20, "ListServices", "DescribeServices"),
  ],
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html each version has its own
  "Elastic Load Balancing": [total(40, 10)],
  "Elastic Load Balancing v2": [together(20, 4, "GetResourcePolicy"), total(40, 10)],
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html API requests: "across all APIs (not per API)"
  Lambda: [rate(15, "GetPolicy"), together(15, 15)],
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html creating, deploying and managing an API
  "API Gateway": [rate(2.5, "GetResources"), apiGateway],
  ApiGatewayV2: [apiGateway],
  // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html all actions of the account;
  // those that read have no narrower one
  "Route 53": [total(50, 10)],
  // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html limits of an account
  Organizations: [
    each(2, 1, "DescribeOrganization", "ListRoots"),
    each(12, 8, "ListAccounts"),
    each(10, 6, "ListChildren"),
    each(8, 5, "ListOrganizationalUnitsForParent", "ListDelegatedAdministrators"),
    each(15, 10, "ListTagsForResource"),
    each(2, 2, "DescribePolicy"),
    together(8, 5, "ListPolicies", "ListTargetsForPolicy"),
    together(3, 1, "ListAWSServiceAccessForOrganization", "ListDelegatedServicesForAccount"),
  ],
  // https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html throttle limits
  "SSO Admin": [together(20, 20)],
  identitystore: [rate(20)],
  // https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
  KMS: [
    rate(2000, "DescribeKey"),
    rate(1000, "GetKeyPolicy", "GetKeyRotationStatus"),
    rate(500, "ListKeys", "ListAliases"),
    rate(100, "ListGrants"),
    rate(5, "DescribeCustomKeyStores"),
  ],
  // https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html API rate quotas
  ACM: [rate(8, "ListCertificates"), rate(10, "DescribeCertificate"), rate(1, "GetAccountConfiguration")],
  // https://docs.aws.amazon.com/waf/latest/developerguide/limits.html calls per account per Region
  WAFV2: [rate(1, "ListResourcesForWebACL"), rate(5)],
  // https://docs.aws.amazon.com/general/latest/gr/cw_region.html
  CloudWatch: [
    rate(9, "DescribeAlarms"),
    rate(20, "DescribeInsightRules"),
    rate(10, "ListDashboards", "ListMetricStreams", "GetMetricStream"),
  ],
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
  "CloudWatch Logs": [
    rate(10, "DescribeLogGroups"),
    rate(5, "DescribeSubscriptionFilters", "DescribeMetricFilters", "DescribeDestinations", "GetDataProtectionPolicy"),
  ],
  // https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html those "per account"
  Kinesis: [rate(5, "ListStreams", "GetResourcePolicy"), rate(20, "DescribeStreamSummary")],
  // https://docs.aws.amazon.com/firehose/latest/dev/limits.html
  Firehose: [rate(5, "ListDeliveryStreams", "DescribeDeliveryStream")],
  // https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html and the others' pages
  SNS: [rate(30, "ListTopics", "ListSubscriptions"), rate(15, "ListPlatformApplications")],
  // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html and ListBackups
  DynamoDB: [rate(10, "DescribeContinuousBackups"), rate(5, "ListBackups")],
  // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html other quotas, those of most regions
  SFN: [
    each(200, 20, "DescribeStateMachine"),
    each(200, 1, "DescribeActivity"),
    each(100, 5, "ListStateMachines", "ListActivities"),
    each(100, 1, "ListStateMachineAliases"),
  ],
  // https://docs.aws.amazon.com/lightsail/latest/userguide/ request token bucket sizes and refill rates
  Lightsail: [
    each(20, 5, "GetInstances", "GetDisks", "GetInstanceSnapshots", "GetBuckets", "GetContainerServices"),
    each(20, 5, "GetLoadBalancers", "GetStaticIps"),
    each(20, 4, "GetRelationalDatabases"),
    each(7, 5, "GetDistributions"),
    each(8, 5, "GetCertificates"),
    each(20, 10),
  ],
};

const nothing: readonly Bucket[] = [];

/** The buckets that a call draws on, the narrow one first: of its operation, and of the whole service. */
export function bucketsOf(service: string, operation: string): readonly Bucket[] {
  const all = DOCUMENTED[service];
  if (!all) return nothing;
  const own = all.filter(({ of }) => of !== "total");
  const bucket =
    own.find(({ operations }) => operations.includes(operation)) ?? own.find(({ operations }) => !operations.length);
  return [...(bucket ? [bucket] : []), ...all.filter(({ of }) => of === "total")];
}
