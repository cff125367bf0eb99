import { kmsKey, type Scope } from "../sandbox/estate/words.ts";
import { randomOf } from "../sandbox/random.ts";
import type { Values } from "../sandbox/wire/message.ts";

/** The value of a member in a scope; undefined: the resource does not have it. */
type PosedValue = (scope: Scope, values: Values) => unknown;

/** One of two, the first in a share of the scopes. */
const mostly =
  (share: number, usual: unknown, else_?: unknown): PosedValue =>
  ({ random }) =>
    random() < share ? usual : else_;
const always =
  (value: unknown): PosedValue =>
  () =>
    value;
/** As {@link mostly}, and the same in the whole account: what its owners decided once. */
const decided =
  (what: string, share: number, usual: unknown, else_?: unknown): PosedValue =>
  ({ seed, account }) =>
    randomOf(`${seed} ${account} ${what}`)() < share ? usual : else_;
/** What names alone made, or nothing. */
const sometimes =
  (share: number, path: string): PosedValue =>
  ({ random }, values) =>
    random() < share
      ? path.split(".").reduce<unknown>((at, name) => (at as Values | undefined)?.[name], values)
      : undefined;
const between =
  (from: string, till: string): PosedValue =>
  ({ random }) =>
    new Date(Date.parse(from) + random() * (Date.parse(till) - Date.parse(from)));
const either =
  (first: PosedValue, share: number, second: PosedValue): PosedValue =>
  (scope, values) =>
    (scope.random() < share ? first : second)(scope, values);
const key: PosedValue = (scope) => kmsKey(scope, Math.floor(scope.random() * 3));
const attributes =
  (of: Record<string, PosedValue>): PosedValue =>
  (scope, values) =>
    Object.entries(of).map(([Key, valueFor]) => ({ Key, Value: valueFor(scope, values) }));

const soon = ["2026-12-01", "2026-12-20"] as const;
const later = ["2027-06-01", "2028-11-01"] as const;
const certificateEnd = either(between(...later), 0.8, between(...soon));
const PUBLIC_ACCESS_BLOCK = (path: string, on: PosedValue): Record<string, PosedValue> =>
  Object.fromEntries(
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"].map((name) => [
      `${path}.${name}`,
      on,
    ]),
  );
const open =
  (service: string): PosedValue =>
  (scope) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: scope.random() < 0.12 ? "*" : { AWS: `arn:aws:iam::${scope.account}:root` },
          Action: `${service}:*`,
          Resource: "*",
        },
      ],
    });

/**
 * How resources stand, by the operation that tells of them, where their members' names alone would make all of them
 * alike, or something that AWS never answers: most are in order, and some are not. Paths begin at the resource, those
 * of an operation about one resource at its answer.
 */
const POSTURES: Readonly<Record<string, Readonly<Record<string, PosedValue>>>> = {
  "access-analyzer ListAnalyzers": { type: always("ACCOUNT"), status: mostly(0.9, "ACTIVE", "DISABLED") },
  "acm ListCertificates": {
    Status: mostly(0.9, "ISSUED", "PENDING_VALIDATION"),
    Type: mostly(0.7, "AMAZON_ISSUED", "IMPORTED"),
    NotAfter: certificateEnd,
  },
  "acm DescribeCertificate": { "Certificate.NotAfter": certificateEnd },
  "apigateway GetStages": {
    accessLogSettings: sometimes(0.6, "accessLogSettings"),
    webAclArn: sometimes(0.5, "webAclArn"),
    AccessLogSettings: sometimes(0.6, "AccessLogSettings"),
  },
  "autoscaling DescribeLaunchConfigurations": { "MetadataOptions.HttpTokens": mostly(0.4, "required", "optional") },
  "cloudfront GetDistribution": {
    "Distribution.DistributionConfig.DefaultRootObject": mostly(0.7, "index.html", ""),
  },
  "cloudfront ListDistributions": { WebACLId: sometimes(0.5, "WebACLId") },
  "cloudtrail DescribeTrails": {
    KmsKeyId: sometimes(0.6, "KmsKeyId"),
    CloudWatchLogsLogGroupArn: sometimes(0.6, "CloudWatchLogsLogGroupArn"),
    IsOrganizationTrail: always(false),
  },
  "cloudtrail GetTrailStatus": {
    IsLogging: mostly(0.9, true, false),
    LatestDeliveryError: mostly(0.9, undefined, "AccessDenied"),
  },
  "cognito-idp DescribeUserPool": {
    "UserPool.MfaConfiguration": ({ random }) => ["OFF", "OPTIONAL", "ON"][Math.floor(random() * 3)],
  },
  "dms DescribeEndpoints": { SslMode: mostly(0.7, "require", "none") },
  "ec2 DescribeInstances": {
    "MetadataOptions.HttpTokens": mostly(0.7, "required", "optional"),
    "MetadataOptions.HttpEndpoint": always("enabled"),
    IamInstanceProfile: sometimes(0.75, "IamInstanceProfile"),
    PublicIpAddress: sometimes(0.25, "PublicIpAddress"),
    "State.Name": mostly(0.9, "running", "stopped"),
  },
  "ec2 DescribeSnapshotAttribute": {
    CreateVolumePermissions: ({ random }) =>
      random() < 0.8 ? [] : random() < 0.7 ? [{ UserId: "999900001111" }] : [{ Group: "all" }],
  },
  "ec2 GetImageBlockPublicAccessState": {
    ImageBlockPublicAccessState: decided("images", 0.5, "block-new-sharing", "unblocked"),
  },
  "ec2 GetSnapshotBlockPublicAccessState": { State: decided("snapshots", 0.5, "block-all-sharing", "unblocked") },
  "elasticfilesystem DescribeAccessPoints": {
    "RootDirectory.Path": mostly(0.75, "/app", "/"),
    PosixUser: sometimes(0.75, "PosixUser"),
  },
  "eks DescribeCluster": {
    "cluster.status": always("ACTIVE"),
    "cluster.logging.clusterLogging": ({ random }) => [
      { types: ["api", "audit", "authenticator"], enabled: random() < 0.6 },
    ],
    "cluster.resourcesVpcConfig.publicAccessCidrs": mostly(0.5, ["198.51.100.0/24"], ["0.0.0.0/0"]),
  },
  "elasticache DescribeReplicationGroups": {
    AutomaticFailover: mostly(0.7, "enabled", "disabled"),
    SnapshotRetentionLimit: mostly(0.7, 7, 0),
  },
  "elasticloadbalancing DescribeLoadBalancers": {
    Type: mostly(0.7, "application", "network"),
    Scheme: mostly(0.5, "internet-facing", "internal"),
    "State.Code": always("active"),
  },
  "elasticloadbalancing DescribeLoadBalancerAttributes": {
    Attributes: attributes({
      "access_logs.s3.enabled": mostly(0.5, "true", "false"),
      "deletion_protection.enabled": mostly(0.6, "true", "false"),
      "routing.http.drop_invalid_header_fields.enabled": mostly(0.4, "true", "false"),
    }),
  },
  "elasticloadbalancing DescribeListeners": {
    Protocol: mostly(0.6, "HTTPS", "HTTP"),
    SslPolicy: (_scope, { Protocol }) =>
      Protocol === "HTTPS"
        ? mostly(0.7, "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08")(_scope, {})
        : undefined,
    DefaultActions: ({ random }, { Protocol, DefaultActions }) =>
      Protocol === "HTTP" && random() < 0.7
        ? [{ Type: "redirect", RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" } }]
        : [{ ...(DefaultActions as Values[] | undefined)?.[0], Type: "forward" }],
  },
  "guardduty GetDetector": { Status: mostly(0.9, "ENABLED", "DISABLED") },
  "iam ListServerCertificates": { Expiration: certificateEnd },
  "kms DescribeKey": {
    "KeyMetadata.Arn": (scope, values) =>
      `arn:aws:kms:${scope.region}:${scope.account}:key/${(values.KeyMetadata as Values).KeyId}`,
    "KeyMetadata.KeyManager": always("CUSTOMER"),
    "KeyMetadata.KeySpec": mostly(0.9, "SYMMETRIC_DEFAULT", "RSA_4096"),
    "KeyMetadata.Origin": always("AWS_KMS"),
    "KeyMetadata.KeyState": mostly(0.92, "Enabled", "PendingDeletion"),
  },
  "kms GetKeyRotationStatus": { KeyRotationEnabled: mostly(0.7, true, false) },
  "lambda ListFunctions": { "TracingConfig.Mode": mostly(0.5, "Active", "PassThrough") },
  "lambda ListFunctionUrlConfigs": { AuthType: mostly(0.75, "AWS_IAM", "NONE") },
  "logs DescribeLogGroups": { kmsKeyId: sometimes(0.4, "kmsKeyId") },
  "es DescribeDomains": { VPCOptions: sometimes(0.8, "VPCOptions") },
  "s3 GetAccessPoint": PUBLIC_ACCESS_BLOCK("PublicAccessBlockConfiguration", mostly(0.97, true, false)),
  "s3 GetPublicAccessBlock": PUBLIC_ACCESS_BLOCK(
    "PublicAccessBlockConfiguration",
    decided("public access", 0.6, true, false),
  ),
  "secretsmanager ListSecrets": {
    OwningService: mostly(0.9, undefined, "rds"),
    RotationEnabled: mostly(0.5, true, false),
    LastAccessedDate: either(between("2026-11-10", "2026-11-23"), 0.8, between("2025-01-01", "2026-05-01")),
  },
  "sns GetTopicAttributes": {
    Attributes: (scope, values) => ({
      Policy: open("sns")(scope, values),
      ...(scope.random() < 0.6 ? { KmsMasterKeyId: key(scope, values) } : {}),
    }),
  },
  "sqs GetQueueAttributes": {
    Attributes: (scope, values) => ({
      Policy: open("sqs")(scope, values),
      SqsManagedSseEnabled: scope.random() < 0.7 ? "true" : "false",
      MessageRetentionPeriod: "345600",
    }),
  },
  "ssm DescribeDocumentPermission": {
    AccountIds: ({ random }) => (random() < 0.85 ? [] : [random() < 0.5 ? "all" : "999900001111"]),
  },
  "ssm ListResourceComplianceSummaries": {
    ComplianceType: mostly(0.7, "Patch", "Association"),
    Status: mostly(0.7, "COMPLIANT", "NON_COMPLIANT"),
  },
  "states DescribeStateMachine": { "loggingConfiguration.level": mostly(0.5, "ERROR", "OFF") },
};

/** Whether it is known how resources stand by an operation: then there is always something to answer. */
export const isPosed = (signingName: string, operation: string): boolean => `${signingName} ${operation}` in POSTURES;

/** Puts a resource, or the answer about one, as it stands in its place. @returns the same object */
export function posed(signingName: string, operation: string, values: Values, scope: Scope): Values {
  for (const [path, valueFor] of Object.entries(POSTURES[`${signingName} ${operation}`] ?? {})) {
    const names = path.split(".");
    const at = names.slice(0, -1).reduce<unknown>((from, name) => (from as Values | undefined)?.[name], values);
    if (typeof at !== "object" || at === null) continue;
    const value = valueFor(scope, values);
    if (value === undefined) delete (at as Values)[names.at(-1)!];
    else (at as Values)[names.at(-1)!] = value;
  }
  return values;
}
