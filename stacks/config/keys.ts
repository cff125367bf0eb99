import { createPublicKey } from "node:crypto";
import * as z from "zod";
import { aggregatorNamed } from "../../src/auditors/aggregatorName.ts";
import type { ResourceType } from "../../src/auditors/collector.ts";
import { SEVERITIES } from "../../src/controls/control.ts";
import { iamArn, regionalArn } from "./arns.ts";
import {
  accountId,
  accountIds,
  type ConfigKey,
  decimal,
  filledIn,
  flag,
  KINDS,
  list,
  matching,
  text,
  whole,
} from "./schema.ts";

const TRUE_OR_FALSE = "true or false is expected";
const TOPIC = regionalArn("sns", /[\w-]+/);
const TOPIC_EXPECTED = "the ARN of an SNS topic is expected";
const TYPE = /^AWS::\w+::\w+$/;
const types = list(TYPE).transform((names) => names as ResourceType[]);
const TYPE_EXPECTED = "CloudFormation's name of a resource type is expected";

/**
 * A bucket's name, without the prefixes and suffixes that S3 keeps for itself, and no address.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
const BUCKET =
  /^(?!xn--|sthree-|amzn-s3-demo-|(\d+\.){3}\d+$)(?!.*\.\.)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Stacks of accounts that are audited or audit. */
const ACCOUNTS = ["audit", "member", "rollout"] as const;
const MEMBERS = ["member", "rollout"] as const;

const arePublicKeys = (pem: string): boolean =>
  (pem.match(/-----BEGIN[\s\S]+?-----END PUBLIC KEY-----/g) ?? []).every((block) => {
    try {
      return createPublicKey(block).asymmetricKeyType === "ec";
    } catch {
      return false;
    }
  });

/** A stamp is kept under its authority's host. */
function oneOfAHost(addresses: string[], context: z.RefinementCtx): void {
  const hosts = addresses.map((address) => new URL(address).host);
  const twice = addresses.find((_, index) => hosts.indexOf(hosts[index]!) !== index);
  if (twice)
    context.addIssue({
      code: "custom",
      params: { value: twice, problem: "another address of the host is there already" },
    });
}

/** Every key of the project's namespace, in the order of the page. */
export const KEYS = {
  kind: {
    about:
      "Which account this stack is for: audit, member, rollout (the role in all accounts of an organization), or witness",
    kinds: KINDS,
    default: "",
    schema: z.enum(KINDS),
    problem: "one of audit, member, rollout, witness is expected",
    example: "audit",
  },
  accounts: {
    about: "audit: ids of the member accounts (list)",
    kinds: ["audit"],
    default: "",
    schema: accountIds,
    problem: "an AWS account id has 12 digits",
    example: "111111111111,222222222222",
  },
  accountSource: {
    about: "audit: where the ids come from, parameter or organizations",
    kinds: ["audit"],
    default: "parameter",
    schema: z.enum(["parameter", "organizations"]),
    problem: "one of parameter, organizations is expected",
    example: "parameter",
  },
  organizationalUnits: {
    about:
      "audit, organizations: units to cover, those below them too (list); all when empty. rollout: units whose accounts get the role",
    kinds: ["audit", "rollout"],
    default: "",
    schema: list(/^(ou-[0-9a-z]{4,32}-[a-z0-9]{1,32}|r-[0-9a-z]{4,32})$/),
    problem: "the id of an organizational unit starts with ou- or r-",
    example: "ou-abcd-11111111",
  },
  excludeAccounts: {
    about:
      "audit, organizations: ids of accounts to leave out, of runs and of the rules of configRules organization (list)",
    kinds: ["audit"],
    default: "",
    schema: accountIds,
    problem: "an AWS account id has 12 digits",
    example: "111111111111,222222222222",
  },
  regions: {
    about: "audit: regions to cover (list); every enabled one when empty",
    kinds: ["audit"],
    default: "",
    schema: list(/^[a-z]{2,4}(-[a-z]+)+-\d$/),
    problem: "this is not the name of a region",
    example: "eu-central-1",
  },
  bucketName: {
    about: "audit: name of the evidence bucket; generated when empty. witness: name of the bucket that it watches",
    kinds: ["audit", "witness"],
    default: "",
    schema: matching(BUCKET),
    problem:
      "a bucket's name has 3 to 63 small letters, digits, dots and hyphens, and none of S3's own prefixes and suffixes",
    example: "audit-metadata-bucket",
  },
  adoptBucket: {
    about: "audit: whether to take over the bucket that bucketName names, which a destroyed stack left",
    kinds: ["audit"],
    default: "false",
    schema: flag,
    problem: TRUE_OR_FALSE,
    example: "true",
  },
  objectLockDays: {
    about: "audit: days in which no evidence can be deleted; 0 is off",
    kinds: ["audit"],
    default: "0",
    schema: whole(0, 36_500),
    problem: "a whole number of days is expected, 36500 at most",
    example: "365",
  },
  objectLockMode: {
    about: "audit: GOVERNANCE or COMPLIANCE",
    kinds: ["audit"],
    default: "GOVERNANCE",
    schema: z.enum(["GOVERNANCE", "COMPLIANCE"]),
    problem: "one of GOVERNANCE, COMPLIANCE is expected",
    example: "GOVERNANCE",
  },
  encryptionKeyArn: {
    about: "audit: ARN of the KMS key that evidence and answers of queries are encrypted with; S3's own when empty",
    kinds: ["audit"],
    default: "",
    // A key of another region cannot encrypt a bucket, and an alias means another key in another account.
    schema: matching(regionalArn("kms", /key\/[\w-]+/)),
    problem: "the ARN of a KMS key of the bucket's region is expected, and no alias",
    example: "arn:aws:kms:eu-central-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  },
  namePrefix: {
    about: "audit, witness: first part of every function's name",
    kinds: ["audit", "witness"],
    default: "audit",
    // Names of SageMaker's jobs and of Athena's databases are made of it.
    schema: matching(/^[a-zA-Z](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/),
    problem: "a prefix has up to 32 letters, digits and hyphens, a letter first and no hyphen last",
    example: "audit",
  },
  parameterName: {
    about: "audit: name of the parameter with the account ids",
    kinds: ["audit"],
    default: "/audit-ecosystem/accounts",
    // AWS counts the parameter's ARN among 1,011 characters.
    schema: matching(/^(?!\/(aws|ssm)(\/|$))(?=.{1,900}$)(\/[\w.-]+){1,14}$/i),
    problem: "a parameter's name is a path of letters, digits and .-_, up to 900 characters, not below /aws or /ssm",
    example: "/audit-ecosystem/accounts",
  },
  schedule: {
    about: "audit: daily, off, cron(...), rate(...), or a list of schedules as JSON",
    kinds: ["audit"],
    default: "daily",
    schema: text,
    problem: "daily, off, rate(12 hours) or cron(0 3 * * ? *) is expected",
    example: "'cron(0 3 * * ? *)'",
  },
  scheduleTimezone: {
    about: "audit: time zone of daily and of a cron expression, such as Europe/Berlin; UTC when empty",
    kinds: ["audit"],
    default: "",
    schema: text,
    problem: "the name of a time zone is expected",
    example: "Europe/Berlin",
  },
  scheduleFlexibleMinutes: {
    about: "audit: minutes after the time within which a scheduled run starts",
    kinds: ["audit"],
    default: "15",
    schema: whole(0, 1440),
    problem: "0 to 1440 minutes are expected",
    example: "15",
  },
  pipelineRepository: {
    about: "audit: GitHub repository, organization/repository, whose workflows may deploy this stack; none when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(/^[\w.-]+\/[\w.-]+$/),
    problem: "a repository is named organization/repository",
    example: "my-org/audit-ecosystem",
  },
  pipelineProviderArn: {
    about: "audit: ARN of GitHub's OIDC provider where the account has it already; made when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(iamArn(/oidc-provider\/token\.actions\.githubusercontent\.com/)),
    problem: "the ARN of GitHub's OIDC provider is expected",
    example: "arn:aws:iam::999999999999:oidc-provider/token.actions.githubusercontent.com",
  },
  pipelineStateBucket: {
    about: "audit: name of the S3 bucket with Pulumi's state, which the workflows' roles may use; none when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    problem: "the name of the bucket in PULUMI_BACKEND_URL is expected, without s3://",
    example: "my-pulumi-state",
  },
  sealDeadlineMinutes: {
    about:
      "audit: minutes after its start within which a run is to be sealed, or an alarm goes off; accounts are read for nine tenths of them",
    kinds: ["audit"],
    default: "240",
    schema: whole(1, 10_080),
    problem: "1 to 10080 minutes are expected",
    example: "240",
  },
  witnessFunctionArns: {
    about: "audit: ARNs of functions in other accounts that cosign the chain of runs (list); none when empty",
    kinds: ["audit"],
    default: "",
    schema: list(regionalArn("lambda", /function:[\w-]+/)),
    problem: "the ARN of a Lambda function is expected",
    example: "arn:aws:lambda:eu-central-1:888888888888:function:audit-witness",
  },
  timestampAuthorities: {
    about:
      "audit: addresses of RFC 3161 time-stamp authorities, one of a host, that stamp each manifest (list); none when empty",
    kinds: ["audit"],
    default: "",
    schema: list(/^https?:\/\/[a-z0-9][a-z0-9.-]*(:\d+)?(\/[^\s,]*)?$/).superRefine(oneOfAHost),
    problem: "an address beginning with https:// or http:// is expected",
    example: "https://freetsa.org/tsr",
  },
  witnessName: {
    about: "witness: its name in cosignatures, an address without scheme",
    kinds: ["witness"],
    default: "",
    schema: matching(/^[\w.-]+(\/[\w.-]+)*$/),
    problem: "a name such as auditors.example/w1 is expected",
    example: "auditors.example/w1",
  },
  witnessedPublicKeys: {
    about: "witness: PEM of the audit stack's output signingPublicKey; after a change of key, of both",
    kinds: ["witness"],
    default: "",
    schema: matching(/^(-----BEGIN PUBLIC KEY-----[\w+/=\s]+-----END PUBLIC KEY-----\s*)+$/).refine(arePublicKeys),
    problem: "PEM blocks BEGIN PUBLIC KEY of whole keys are expected",
    example: '-- "$(cat key.pem)"',
  },
  previousSigningKeyArn: {
    about:
      "audit: ARN of the KMS key that signed before this stack's key was replaced, to sign the hand-over; none when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(regionalArn("kms", /key\/[\w-]+/)),
    problem: "the ARN of a KMS key is expected",
    example: "arn:aws:kms:eu-central-1:999999999999:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  },
  apiShare: {
    about: "audit: of each API rate that AWS documents, how much a run may take from an account's own workloads",
    kinds: ["audit"],
    default: "0.5",
    schema: decimal(0.01, 1),
    problem: "a share from 0.01 to 1 is expected",
    example: "0.5",
  },
  alarmTopicArn: {
    about: "audit: SNS topic that alarms notify; none when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(TOPIC),
    problem: TOPIC_EXPECTED,
    example: "arn:aws:sns:eu-central-1:999999999999:audit",
  },
  monthlyBudget: {
    about: "audit: US dollars a month of the audit account; alarmTopicArn is notified at 80 and 100 per cent; 0 is off",
    kinds: ["audit"],
    default: "0",
    schema: whole(0, 9_999_999),
    problem: "a whole number of US dollars is expected, 0 for none",
    example: "50",
  },
  tracing: {
    about: "audit: whether AWS X-Ray traces the functions' invocations",
    kinds: ["audit"],
    default: "false",
    schema: flag,
    problem: TRUE_OR_FALSE,
    example: "true",
  },
  catalog: {
    about: "audit: whether Athena can query the evidence with SQL",
    kinds: ["audit"],
    default: "true",
    schema: flag,
    problem: TRUE_OR_FALSE,
    example: "true",
  },
  queryLimitGigabytes: {
    about: "audit: gigabytes that one query in Athena may scan",
    kinds: ["audit"],
    default: "100",
    schema: decimal(0.01, 1_000_000),
    problem: "a number of gigabytes, 0.01 at least, is expected",
    example: "100",
  },
  sageMakerAnomalies: {
    about: "audit: whether models trained in SageMaker score each run for anomalies too; needs the catalog",
    kinds: ["audit"],
    default: "false",
    schema: flag,
    problem: TRUE_OR_FALSE,
    example: "true",
  },
  sageMakerInstanceType: {
    about: "audit, SageMaker: instance type of training and of scoring",
    kinds: ["audit"],
    default: "ml.c5.xlarge",
    // @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformResources.html
    schema: matching(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/),
    problem: "an instance type of SageMaker is expected",
    example: "ml.c5.xlarge",
  },
  quickSightPrincipalArn: {
    about: "audit: ARN of the QuickSight user or group for whom data sets and an analysis are made; none when empty",
    kinds: ["audit"],
    default: "",
    // @see https://docs.aws.amazon.com/quicksight/latest/APIReference/API_User.html
    schema: matching(regionalArn("quicksight", /(user|group)\/[\w.-]+\/[\w+=,.@/-]+/)),
    problem: "the ARN of a user or a group of QuickSight is expected",
    example: "arn:aws:quicksight:eu-central-1:999999999999:group/default/auditors",
  },
  configRules: {
    about:
      "both: whether controls are also rules of AWS Config: true in the stack's account and region; audit: organization in all accounts",
    kinds: ACCOUNTS,
    default: "false",
    schema: z.enum(["true", "false", "organization"]),
    problem: "one of true, false, organization is expected",
    example: "true",
  },
  notifyTopicArn: {
    about: "audit: ARN of the SNS topic that is notified of new findings; none when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(TOPIC),
    problem: TOPIC_EXPECTED,
    example: "arn:aws:sns:eu-central-1:999999999999:findings",
  },
  notifyEventBus: {
    about: "audit: name of the EventBridge bus that gets new findings as events; none when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(/^[/.\w-]{1,256}$/),
    problem: "the name of an event bus of this account and region is expected",
    example: "default",
  },
  notifySecurityHub: {
    about: "audit: whether findings are imported into Security Hub",
    kinds: ["audit"],
    default: "false",
    schema: flag,
    problem: TRUE_OR_FALSE,
    example: "true",
  },
  notifyWebhookParameter: {
    about: "audit: name of the SecureString parameter with the address of a Slack-compatible webhook; none when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(/^(?!\/?(aws|ssm)(\/|$))\/?[\w.-]+(\/[\w.-]+)*$/i),
    problem: "the name of an SSM parameter is expected, not below /aws or /ssm",
    example: "/audit-ecosystem/webhook",
  },
  notifySeverity: {
    about: "audit: lowest severity that is notified: critical, high, medium, low or info",
    kinds: ["audit"],
    default: "low",
    schema: z.enum(SEVERITIES),
    problem: `one of ${SEVERITIES.join(", ")} is expected`,
    example: "high",
  },
  notifyExceptions: {
    about: "audit: path of a file with exceptions, which are not notified; none when empty",
    kinds: ["audit"],
    default: "",
    schema: text,
    problem: "the path of a file is expected",
    example: "exceptions.yaml",
  },
  logRetentionDays: {
    about: "audit, witness: days that the functions' logs are kept",
    kinds: ["audit", "witness"],
    default: "90",
    schema: whole(1, 3653).refine((days) => RETENTION_DAYS.includes(days)),
    problem: `CloudWatch Logs keeps lines for one of ${RETENTION_DAYS.join(", ")} days`,
    example: "90",
  },
  auditors: {
    about:
      "both: groups and services to run, or whose reading to allow (list); rds, iam, s3 and every group when empty",
    kinds: ACCOUNTS,
    default: "",
    schema: list(/./),
    problem: "names of auditors are expected",
    example: "rds,iam",
  },
  cloudControlTypes: {
    about: "both: CloudFormation names of more resource types, read by the Cloud Control API (list)",
    kinds: ACCOUNTS,
    default: "",
    schema: types,
    problem: TYPE_EXPECTED,
    example: "AWS::IoT::Policy",
  },
  cloudControlActions: {
    about: "both: IAM actions that the handlers of cloudControlTypes ask for, such as iot:GetPolicy (list)",
    kinds: ACCOUNTS,
    default: "",
    schema: list(/^[a-z0-9-]+:(Get|List|Describe|BatchGet|Search)\w*$/),
    problem: "an IAM action that gets, lists or describes is expected, without wildcards",
    example: "iot:ListPolicies,iot:GetPolicy",
  },
  configAggregator: {
    about: "both: AWS Config aggregator to ask, account/region/name; none when empty",
    kinds: ACCOUNTS,
    default: "",
    schema: z.string().transform((name, context) => {
      const aggregator = aggregatorNamed(name);
      if (!aggregator) context.addIssue("no aggregator");
      return aggregator ?? z.NEVER;
    }),
    problem: "an aggregator is named account/region/name",
    example: "999999999999/eu-central-1/organization",
  },
  configAggregatorTypes: {
    about: "both: CloudFormation names of resource types to query the aggregator for (list)",
    kinds: ACCOUNTS,
    default: "",
    schema: types,
    problem: TYPE_EXPECTED,
    example: "AWS::IoT::Policy",
  },
  crossAccountRoleName: {
    about: "both: name of the role in the member accounts",
    kinds: ACCOUNTS,
    default: "audit-cross-account-access-role",
    schema: matching(/^[\w+=,.@-]{1,64}$/),
    problem: "a role's name has up to 64 letters, digits and +=,.@-_",
    example: "audit-cross-account-access-role",
  },
  permissionsBoundary: {
    about: "both: ARN of the IAM policy that bounds every role; none when empty",
    kinds: KINDS,
    default: "",
    schema: matching(iamArn(/policy\/[\w+=,.@/-]+/, "(\\d{12}|aws)")),
    problem: "the ARN of a policy is expected",
    example: "arn:aws:iam::999999999999:policy/boundary",
  },
  tags: {
    about: "both: tags of everything that has tags, key=value (list)",
    kinds: KINDS,
    default: "",
    schema: list(/^(?![Aa][Ww][Ss]:)[\p{L}\p{N} _.:/+@-]{1,128}=[\p{L}\p{N} _.:/=+@-]{0,256}$/u),
    problem: "key=value is expected, of letters, digits, blanks and _.:/=+@-, and no key beginning with aws:",
    example: "cost-center=4711,owner=audit",
  },
  externalId: {
    about: "audit: random when empty; member: the audit stack's output externalId",
    kinds: ACCOUNTS,
    default: "",
    schema: filledIn(/^[\w+=,.@:/-]{2,1224}$/, /^replace-with-/),
    problem: "an external id has 2 to 1224 letters, digits and +=,.@:/-",
    example: '"$(pulumi stack output externalId --stack audit)"',
  },
  digestKey: {
    about: "audit: key of the digests that stand for secret values, set with --secret; random when empty",
    kinds: ["audit"],
    default: "",
    schema: matching(/^[\w+/=-]{32,128}$/),
    problem: "32 to 128 letters, digits and +/=- are expected",
    example: '--secret "$(openssl rand -hex 32)"',
  },
  auditAccountId: {
    about: "member, witness: id of the audit account",
    kinds: ["member", "rollout", "witness"],
    default: "",
    schema: accountId,
    problem: "an AWS account id has 12 digits",
    example: "999999999999",
  },
  auditStack: {
    about: "member: the audit stack, to ask for auditAccountId and externalId",
    kinds: MEMBERS,
    default: "",
    // Pulumi Cloud takes no shorter name in a reference to a stack.
    schema: matching(/^[\w.-]+(\/[\w.-]+){2}$/),
    problem: "a stack is named organization/project/stack",
    example: "organization/audit-ecosystem/audit",
  },
  memberPolicy: {
    about: "member: generated, SecurityAudit or ReadOnlyAccess",
    kinds: MEMBERS,
    default: "generated",
    schema: z.enum(["generated", "SecurityAudit", "ReadOnlyAccess"]),
    problem: "one of generated, SecurityAudit, ReadOnlyAccess is expected",
    example: "generated",
  },
  organizationId: {
    about: "member: organization the audit account must belong to",
    kinds: MEMBERS,
    default: "",
    schema: matching(/^o-[a-z0-9]{10,32}$/),
    problem: "an organization's id starts with o-",
    example: "o-abcdefghij",
  },
  rolloutFrom: {
    about:
      "rollout: management, or delegated-administrator when the stack's account administers StackSets by delegation",
    kinds: ["rollout"],
    default: "management",
    schema: z.enum(["management", "delegated-administrator"]),
    problem: "one of management, delegated-administrator is expected",
    example: "management",
  },
} as const satisfies Record<string, ConfigKey>;

/** Name of a key. */
export type Key = keyof typeof KEYS;
