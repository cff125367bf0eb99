import { deserialize, serialize } from "node:v8";
import type { ColumnInfo, NamedQuery, QueryExecution, Row, WorkGroup } from "@aws-sdk/client-athena";
import type { CreateBudgetRequest } from "@aws-sdk/client-budgets";
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type {
  AggregatedSourceStatus,
  ConfigRule,
  ConfigurationItem,
  Evaluation,
  PutOrganizationConfigRuleRequest,
} from "@aws-sdk/client-config-service";
import type { Target } from "@aws-sdk/client-eventbridge";
import type { Database, Table } from "@aws-sdk/client-glue";
import type { CreateAnalysisRequest, CreateDataSetRequest, CreateDataSourceRequest } from "@aws-sdk/client-quicksight";
import type {
  CreateModelInput,
  DescribeTrainingJobResponse,
  DescribeTransformJobResponse,
} from "@aws-sdk/client-sagemaker";
import type { CreateScheduleInput } from "@aws-sdk/client-scheduler";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import type { Faults } from "./faults.ts";

/** Everything the sandbox remembers: plain data, so that it survives a restart as one file. */
export interface SandboxState {
  seed: number;
  /** How many times as many databases and roles as in the smallest estate. */
  size: number;
  auditAccount: string;
  members: Member[];
  parameters: Map<string, StoredParameter>;
  roles: Map<string, StoredRole>;
  policies: Map<string, StoredPolicy>;
  users: StoredUser[];
  groups: { account: string; GroupName: string; Arn: string; GroupId: string; CreateDate: Date }[];
  oidcProviders: { account: string; Arn: string; Url: string }[];
  functions: Map<string, StoredFunction>;
  /** Asynchronous events that are not delivered yet, by id. */
  events: Map<string, StoredEvent>;
  faults: Faults;
  /** Accounts whose new databases Lake Formation guards, and of which databases and tables it leaves to IAM alone. */
  lakeFormation?: Map<string, Set<string>> | undefined;
  /** Functions that an account may run at the same time, where that is not AWS's default. */
  concurrency?: Map<string, number> | undefined;
  sessions: Map<string, Session>;
  buckets: Map<string, StoredBucket>;
  logGroups: Map<string, LogGroup>;
  queues: Map<string, StoredQueue>;
  /** CloudWatch: alarms and dashboards by ARN. */
  alarms: Map<string, MetricAlarm>;
  dashboards: Map<string, string>;
  schedules: Map<string, StoredSchedule>;
  /** By ARN: what each was made with. */
  budgets: Map<string, CreateBudgetRequest>;
  stackSets: Map<string, StoredStackSet>;
  aggregators: StoredAggregator[];
  /** AWS Config's rules by ARN, what they said by the token they were asked with, and what Config has recorded. */
  configRules: Map<string, ConfigRule>;
  /** Those of the whole organization, by ARN. */
  organizationRules: Map<string, PutOrganizationConfigRuleRequest>;
  evaluations: { rule: string; evaluation: Evaluation }[];
  configItems: ConfigurationItem[];
  /** By ARN, as aliases are. */
  keys: Map<string, StoredKey>;
  /** Uses of keys that sign, the newest last: the event history that CloudTrail has of them. */
  signings: { id: string; at: number; account: string; region: string; key: string; role?: string }[];
  /** By ARN, as tables and workgroups are. */
  glueDatabases: Map<string, Database>;
  glueTables: Map<string, Table>;
  workGroups: Map<string, WorkGroup>;
  /** Athena's, by id: the last ones. */
  queries: Map<string, { execution: QueryExecution; columns: ColumnInfo[]; rows: Row[] }>;
  /** What was published, by topic's ARN. */
  topics: Map<string, { subject: string; message: string; attributes: Record<string, string> }[]>;
  /** What was put on EventBridge's buses. */
  busEvents: { bus: string; source: string; detailType: string; detail: unknown }[];
  /** EventBridge's rules of the default bus, by ARN. */
  eventRules: Map<string, StoredEventRule>;
  /** By ARN. */
  sageMaker: {
    trainingJobs: Map<string, DescribeTrainingJobResponse>;
    models: Map<string, CreateModelInput>;
    transformJobs: Map<string, DescribeTransformJobResponse>;
  };
  /** Findings of Security Hub by id, where it is enabled, by the hub's ARN. */
  securityHubs: Map<string, Map<string, AwsSecurityFinding>>;
  /** By id. */
  namedQueries: Map<string, NamedQuery>;
  /** By ARN: what each was made with. */
  quickSight: {
    dataSources: Map<string, CreateDataSourceRequest>;
    dataSets: Map<string, CreateDataSetRequest>;
    analyses: Map<string, CreateAnalysisRequest>;
  };
  aliases: Map<string, { name: string; arn: string; keyArn: string; created: Date }>;
}

export interface Member {
  id: string;
  name: string;
  /** Organizations' `State`. */
  state: "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED";
  /** The organizational unit, or the root, that it is in. */
  unit: string;
}
export interface StoredParameter {
  Name: string;
  Type: "String" | "StringList" | "SecureString";
  Value: string;
  Version: number;
  ARN: string;
  LastModifiedDate: Date;
}
export interface StoredRole {
  account: string;
  RoleName: string;
  Path: string;
  Arn: string;
  RoleId: string;
  CreateDate: Date;
  Description?: string | undefined;
  AssumeRolePolicyDocument: string;
  MaxSessionDuration: number;
  Tags: { Key: string; Value: string }[];
  inline: Map<string, string>;
  attached: Set<string>;
  /** ARN of the policy that is its permissions boundary. */
  boundary?: string | undefined;
}
export interface StoredPolicy {
  account: string;
  PolicyName: string;
  PolicyId: string;
  Path: string;
  Arn: string;
  CreateDate: Date;
  document: string;
}
export interface StoredUser {
  account: string;
  UserName: string;
  Arn: string;
  UserId: string;
  Path: string;
  CreateDate: Date;
  Tags: { Key: string; Value: string }[];
  groups: string[];
  keys: { AccessKeyId: string; Status: "Active" | "Inactive"; CreateDate: Date; LastUsedDate?: Date }[];
  mfa: boolean;
  /** Undefined: no password. */
  passwordLastUsed?: Date;
  /** ARNs of policies that hang on the user. */
  attached: string[];
}
export interface StoredFunction {
  account: string;
  region: string;
  FunctionName: string;
  FunctionArn: string;
  Role: string;
  Runtime: string;
  Handler: string;
  Timeout: number;
  MemorySize: number;
  Description: string;
  LastModified: string;
  CodeSha256: string;
  environment: Record<string, string>;
  logGroup: string;
  zip: Uint8Array;
  retries: number;
  onFailure?: string | undefined;
  /** Services that its own policy lets invoke it, by statement. */
  invokers?: Record<string, string>;
}
export interface StoredEvent {
  id: string;
  functionArn: string;
  event: unknown;
}
export interface Session {
  account: string;
  roleArn: string;
  roleName: string;
  sessionName: string;
  expires: number;
  /** Session policy, as JSON. */
  policy?: string | undefined;
}
export interface StoredObject {
  body: Uint8Array;
  etag: string;
  sha256: string;
  modified: Date;
  version: string;
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
  /** Object Lock: milliseconds since the epoch before which the version stays. */
  retention?: { mode: "GOVERNANCE" | "COMPLIANCE"; until: number };
  /** The key was deleted here; the versions before stay. */
  deleteMarker?: true;
}
export interface StoredBucket {
  name: string;
  owner: string;
  region: string;
  created: Date;
  /** Versions of each key, oldest first; the last one is current. */
  objects: Map<string, StoredObject[]>;
  uploads: Map<string, { key: string; contentType?: string; contentEncoding?: string; parts: Map<number, Uint8Array> }>;
  /** Answers of the configuration reads (`GetBucketPolicy` …), by operation. */
  configuration: Map<string, object>;
}
export interface StoredQueue {
  account: string;
  arn: string;
  url: string;
  attributes: Record<string, string>;
  messages: { id: string; body: string }[];
}
export interface StoredSchedule {
  account: string;
  arn: string;
  /** What `CreateSchedule` was called with. */
  settings: CreateScheduleInput;
}
export interface StoredEventRule {
  account: string;
  region: string;
  name: string;
  arn: string;
  /** JSON, as `PutRule` was given it. */
  pattern: string;
  targets: Target[];
}
export interface StoredStackSet {
  account: string;
  name: string;
  template: string;
  /** Accounts that have an instance. */
  instances: Set<string>;
}
/** An aggregator of AWS Config, whose source is the organization. */
export interface StoredAggregator {
  account: string;
  region: string;
  id: string;
  name: string;
  /** Accounts that it does not have. */
  without: string[];
  /** What is not as it should be with a source, by `<account> <region>`. */
  troubles: Map<string, Pick<AggregatedSourceStatus, "LastUpdateStatus" | "LastErrorCode" | "LastErrorMessage">>;
}
export interface LogGroup {
  account: string;
  region: string;
  name: string;
  arn: string;
  retentionInDays?: number;
  lines: { timestamp: number; stream: string; message: string }[];
}

export interface StoredKey {
  account: string;
  region: string;
  id: string;
  arn: string;
  created: Date;
  description: string;
  spec: "ECC_NIST_P256" | "ECC_NIST_EDWARDS25519" | "SYMMETRIC_DEFAULT";
  usage: "SIGN_VERIFY" | "ENCRYPT_DECRYPT";
  policy: string;
  rotated: boolean;
  tags: { TagKey: string; TagValue: string }[];
  /** The scalar of a key that signs. */
  privateKey?: Uint8Array;
  /** Milliseconds since the epoch; from then on the key is gone. */
  deletionDate?: number | undefined;
}

/** Grows when what is kept changes within its parts; a new part is noticed by itself. */
const FORMAT = 2;
const formOf = (state: SandboxState) => `${FORMAT} ${Object.keys(state).sort().join(" ")}`;

export const freeze = (state: SandboxState): Uint8Array => serialize({ form: formOf(state), state });

/** The state as it was, or nothing when another version of the sandbox wrote it; `fresh` is one of this version. */
export function thaw(bytes: Uint8Array, fresh: SandboxState): SandboxState | undefined {
  const { form, state } = deserialize(bytes) as { form?: string; state?: SandboxState };
  return form === formOf(fresh) ? state : undefined;
}
