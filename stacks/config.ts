import * as z from "zod";
import type { Aggregator, ResourceType } from "../auditors/collector.ts";
import { compose, DEFAULT_AUDITORS, type UndeclaredTypes, UnknownAuditorError } from "../auditors/registry.ts";
import type { RunSchedule } from "../components/schedule.ts";
import { SEVERITIES, type Severity } from "../controls/control.ts";
import type { PipelineSettings } from "./pipeline.ts";
import { schedulesOf } from "./schedules.ts";

/** A stack's configuration cannot be used: which key, what it says, why not, and what to do. */
export class ConfigError extends Error {
  constructor(key: string, value: unknown, problem: string, remedy: string) {
    super(`${key}: ${value === undefined ? "not set" : JSON.stringify(value)} — ${problem}. Try: ${remedy}`);
    this.name = "ConfigError";
  }
}

/** How values are read: Pulumi's own config object, or anything like it. */
export interface ConfigSource {
  get(key: string): string | undefined;
}

const ACCOUNT_ID = /^\d{12}$/;
const set = (key: string, value: string) => `pulumi config set ${key} ${value}`;

/** A value that is set; Pulumi hands the defaults of `Pulumi.yaml`, empty for what has none. */
const text = (config: ConfigSource, key: string): string | undefined => config.get(key)?.trim() || undefined;

/** A list given as `a,b` or, by `--path 'key[0]'`, as an array. */
function list(config: ConfigSource, key: string): string[] {
  const value = text(config, key);
  if (!value) return [];
  if (!value.startsWith("[")) {
    return value
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean);
  }
  const parsed = z.array(z.union([z.string(), z.number()])).safeParse(json(value));
  if (!parsed.success) throw new ConfigError(key, value, "a list of values is expected", set(key, "a,b"));
  return parsed.data.map((each) => String(each).trim());
}

const json = (value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
};

function accountIds(config: ConfigSource, key: string): string[] {
  const remedy = set(key, "111111111111,222222222222");
  const ids = list(config, key);
  for (const id of ids) {
    if (/^\d{9,11}$/.test(id))
      throw new ConfigError(
        key,
        id,
        "an AWS account id has 12 digits, and YAML takes the leading zeros off a number that is not in quotes",
        `"${id.padStart(12, "0")}" in quotes in the stack's file, or ${remedy}`,
      );
    if (!ACCOUNT_ID.test(id)) throw new ConfigError(key, id, "an AWS account id has 12 digits", remedy);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice) throw new ConfigError(key, twice, "the account is listed twice", remedy);
  return ids;
}

function choice<T extends string>(config: ConfigSource, key: string, choices: readonly T[], otherwise?: T): T {
  const value = text(config, key) ?? otherwise;
  const chosen = choices.find((each) => each === value);
  if (!chosen) throw new ConfigError(key, value, `one of ${choices.join(", ")} is expected`, set(key, choices[0]!));
  return chosen;
}

function matching(config: ConfigSource, key: string, pattern: RegExp, problem: string, example: string) {
  const value = text(config, key);
  if (value !== undefined && !pattern.test(value)) throw new ConfigError(key, value, problem, set(key, example));
  return value;
}

function wholeDays(config: ConfigSource, key: string): number | undefined {
  const value = matching(config, key, /^\d{1,5}$/, "a whole number of days is expected", "365");
  return value === undefined || Number(value) === 0 ? undefined : Number(value);
}

function pipelineOf(config: ConfigSource): PipelineSettings | undefined {
  const repository = matching(
    config,
    "pipelineRepository",
    /^[\w.-]+\/[\w.-]+$/,
    "a repository is named organization/repository",
    "my-org/audit-ecosystem",
  );
  const providerArn = matching(
    config,
    "pipelineProviderArn",
    /^arn:[\w-]+:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
    "the ARN of GitHub's OIDC provider is expected",
    "arn:aws:iam::999999999999:oidc-provider/token.actions.githubusercontent.com",
  );
  return repository === undefined ? undefined : { repository, ...(providerArn ? { providerArn } : {}) };
}

function unitsOf(config: ConfigSource): string[] {
  const units = list(config, "organizationalUnits");
  for (const unit of units)
    if (!/^(ou|r)-[a-z0-9-]+$/.test(unit))
      throw new ConfigError(
        "organizationalUnits",
        unit,
        "the id of an organizational unit starts with ou- or r-",
        set("organizationalUnits", "ou-abcd-11111111"),
      );
  return units;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

function retentionDays(config: ConfigSource): number | undefined {
  const days = wholeDays(config, "logRetentionDays");
  if (days !== undefined && !RETENTION_DAYS.includes(days))
    throw new ConfigError(
      "logRetentionDays",
      String(days),
      `CloudWatch Logs keeps lines for one of ${RETENTION_DAYS.join(", ")} days`,
      set("logRetentionDays", "90"),
    );
  return days;
}

function schedules(config: ConfigSource, auditors: readonly string[]): RunSchedule[] {
  const value = text(config, "schedule") ?? "daily";
  try {
    return schedulesOf(value, text(config, "scheduleTimezone"), auditors);
  } catch (error) {
    throw new ConfigError("schedule", value, (error as Error).message, set("schedule", "'cron(0 3 * * ? *)'"));
  }
}

/** Minutes that a run may take until it is to be sealed. */
function sealDeadline(config: ConfigSource): number {
  const key = "sealDeadlineMinutes";
  const value = Number(text(config, key) ?? 240);
  if (!Number.isInteger(value) || value < 1 || value > 10_080)
    throw new ConfigError(key, value, "1 to 10080 minutes are expected", set(key, "240"));
  return value;
}

/** Of each rate that AWS documents, how much a run may take from an account's own workloads. */
function apiShare(config: ConfigSource): number {
  const key = "apiShare";
  const value = Number(text(config, key) ?? 0.5);
  if (!(value >= 0.01 && value <= 1))
    throw new ConfigError(key, value, "a share from 0.01 to 1 is expected", set(key, "0.5"));
  return value;
}

function flexibleMinutes(config: ConfigSource): number {
  const remedy = set("scheduleFlexibleMinutes", "15");
  const value = Number(text(config, "scheduleFlexibleMinutes") ?? 15);
  if (!Number.isInteger(value) || value < 0 || value > 1440)
    throw new ConfigError("scheduleFlexibleMinutes", value, "0 to 1440 minutes are expected", remedy);
  return value;
}

/** US dollars a month; undefined where there is no budget. */
function monthlyBudgetOf(config: ConfigSource, alarmTopicArn: string | undefined): number | undefined {
  const key = "monthlyBudget";
  const value = matching(config, key, /^\d{1,7}$/, "a whole number of US dollars is expected, 0 for none", "50");
  if (value === undefined || Number(value) === 0) return undefined;
  if (!alarmTopicArn)
    throw new ConfigError(
      key,
      value,
      "there is no topic to tell",
      set("alarmTopicArn", "arn:aws:sns:eu-central-1:999999999999:audit-alarms"),
    );
  return Number(value);
}

/** Gigabytes that a query may scan; Athena asks for ten megabytes at least. */
function queryLimit(config: ConfigSource): number {
  const key = "queryLimitGigabytes";
  const value = Number(text(config, key) ?? 100);
  if (!Number.isFinite(value) || value < 0.01)
    throw new ConfigError(key, value, "a number of gigabytes, 0.01 at least, is expected", set(key, "100"));
  return value;
}

/** @see https://docs.aws.amazon.com/quicksight/latest/APIReference/API_User.html */
function quickSightPrincipal(config: ConfigSource, catalog: boolean): string | undefined {
  const key = "quickSightPrincipalArn";
  const arn = matching(
    config,
    key,
    /^arn:[a-z-]+:quicksight:[a-z0-9-]+:\d{12}:(user|group)\/[\w.-]+\/[\w+=,.@/-]+$/,
    "the ARN of a user or a group of QuickSight is expected",
    "arn:aws:quicksight:eu-central-1:999999999999:group/default/auditors",
  );
  if (arn && !catalog)
    throw new ConfigError(key, arn, "QuickSight asks the catalog, which is off", set("catalog", "true"));
  return arn;
}

const hasConfigRules = (config: ConfigSource): boolean =>
  choice(config, "configRules", ["true", "false"], "false") === "true";

/** Whom to tell of new findings, and of which. */
export interface NotifySettings {
  topicArn?: string;
  eventBus?: string;
  securityHub: boolean;
  webhookParameter?: string;
  /** The lowest that is told. */
  severity: Severity;
  /** Path of a file with exceptions. */
  exceptions?: string;
}

function notifyOf(config: ConfigSource, catalog: boolean): NotifySettings | undefined {
  const topicArn = topic(config, "notifyTopicArn");
  const eventBus = matching(
    config,
    "notifyEventBus",
    /^[/.\w-]{1,256}$/,
    "the name of an event bus of this account and region is expected",
    "default",
  );
  const securityHub = choice(config, "notifySecurityHub", ["true", "false"], "false") === "true";
  if (config.get("notifyWebhookParameter")?.includes("://"))
    throw new ConfigError(
      "notifyWebhookParameter",
      "<an address>",
      "the address is a secret and belongs into a parameter, whose name is expected here",
      "aws ssm put-parameter --type SecureString --name /audit-ecosystem/webhook --value <address>",
    );
  const webhookParameter = matching(
    config,
    "notifyWebhookParameter",
    /^\/?[\w.-]+(\/[\w.-]+)*$/,
    "the name of an SSM parameter is expected",
    "/audit-ecosystem/webhook",
  );
  const severity = choice(config, "notifySeverity", SEVERITIES, "low");
  const exceptions = text(config, "notifyExceptions");
  if (!topicArn && !eventBus && !securityHub && !webhookParameter) return undefined;
  if (!catalog)
    throw new ConfigError(
      "catalog",
      "false",
      "who is to be told of findings needs it: they are asked for in Athena",
      set("catalog", "true"),
    );
  return {
    ...(topicArn ? { topicArn } : {}),
    ...(eventBus ? { eventBus } : {}),
    securityHub,
    ...(webhookParameter ? { webhookParameter } : {}),
    severity,
    ...(exceptions ? { exceptions } : {}),
  };
}

const topic = (config: ConfigSource, key: string): string | undefined =>
  matching(
    config,
    key,
    /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
    "the ARN of an SNS topic is expected",
    "arn:aws:sns:eu-central-1:999999999999:audit",
  );

function typesOf(config: ConfigSource, key: string, example: string): ResourceType[] {
  const types = list(config, key);
  const wrong = types.find((type) => !/^AWS::\w+::\w+$/.test(type));
  if (wrong)
    throw new ConfigError(key, wrong, "CloudFormation's name of a resource type is expected", set(key, example));
  return [...new Set(types)] as ResourceType[];
}

/** Actions that read: a policy of metadata has no others. */
function cloudControlActionsOf(config: ConfigSource): string[] {
  const key = "cloudControlActions";
  const actions = list(config, key);
  const wrong = actions.find((action) => !/^[a-z0-9-]+:(Get|List|Describe|BatchGet|Search)\w*$/.test(action));
  if (wrong)
    throw new ConfigError(
      key,
      wrong,
      "an IAM action that gets, lists or describes is expected, without wildcards",
      set(key, "iot:ListPolicies,iot:GetPolicy"),
    );
  return [...new Set(actions)];
}

function aggregatorOf(config: ConfigSource): Aggregator | undefined {
  const example = "999999999999/eu-central-1/organization";
  const value = matching(
    config,
    "configAggregator",
    /^\d{12}\/[a-z]{2,4}(-[a-z]+)+-\d\/[\w-]{1,256}$/,
    "an aggregator is named account/region/name",
    example,
  );
  const [account, region, name] = value?.split("/") ?? [];
  return account && region && name ? { account, region, name } : undefined;
}

/** What is read without a declaration. */
function undeclared(config: ConfigSource): UndeclaredTypes {
  const configAggregator = aggregatorOf(config);
  const configAggregatorTypes = typesOf(config, "configAggregatorTypes", "AWS::IoT::Policy");
  if (configAggregator && !configAggregatorTypes.length)
    throw new ConfigError(
      "configAggregatorTypes",
      undefined,
      "the aggregator has nothing to be asked about",
      set("configAggregatorTypes", "AWS::IoT::Policy"),
    );
  if (!configAggregator && configAggregatorTypes.length)
    throw new ConfigError(
      "configAggregator",
      undefined,
      "there is no aggregator to ask about the types",
      set("configAggregator", "999999999999/eu-central-1/organization"),
    );
  const cloudControlTypes = typesOf(config, "cloudControlTypes", "AWS::IoT::Policy");
  const twice = cloudControlTypes.find((type) => configAggregatorTypes.includes(type));
  if (twice)
    throw new ConfigError(
      "configAggregatorTypes",
      twice,
      "cloudControlTypes names it too, and one of them is to read it",
      "leaving it out of one of them",
    );
  return {
    cloudControlTypes,
    cloudControlActions: cloudControlActionsOf(config),
    ...(configAggregator ? { configAggregator, configAggregatorTypes } : {}),
  };
}

function auditorsOf(config: ConfigSource): string[] {
  const names = list(config, "auditors");
  try {
    compose(names);
  } catch (error) {
    if (!(error instanceof UnknownAuditorError)) throw error;
    throw new ConfigError("auditors", error.unknown, error.message, set("auditors", "rds,iam"));
  }
  return names.length ? [...new Set(names)] : [...DEFAULT_AUDITORS];
}

const roleNameOf = (config: ConfigSource) =>
  matching(
    config,
    "crossAccountRoleName",
    /^[\w+=,.@-]{1,64}$/,
    "a role's name has up to 64 letters, digits and +=,.@-_",
    "audit-cross-account-access-role",
  ) ?? "audit-cross-account-access-role";
const externalIdOf = (config: ConfigSource) =>
  matching(
    config,
    "externalId",
    /^[\w+=,.@:/-]{2,1224}$/,
    "an external id has 2 to 1224 letters, digits and +=,.@:/-",
    "<the audit stack's output externalId>",
  );

/** Which account a stack is for. */
export const kindOf = (config: ConfigSource): "audit" | "member" | "rollout" =>
  choice(config, "kind", ["audit", "member", "rollout"]);

export interface AuditSettings extends UndeclaredTypes {
  /** Groups and services, by name. */
  auditors: string[];
  accounts: { ids: string[] } | { organizationalUnits: string[]; exclude: string[] };
  regions: string[];
  bucketName?: string;
  objectLock?: { mode: "GOVERNANCE" | "COMPLIANCE"; days: number };
  namePrefix: string;
  parameterName: string;
  crossAccountRoleName: string;
  externalId?: string;
  logRetentionDays?: number;
  catalog: boolean;
  queryLimitGigabytes: number;
  /** Undefined: nothing is made in QuickSight. */
  quickSightPrincipalArn?: string;
  /** Undefined: nobody is told of findings. */
  notify?: NotifySettings;
  /** Whether controls are rules of AWS Config too. */
  configRules: boolean;
  /** Empty: nothing is scheduled. */
  schedules: RunSchedule[];
  scheduleFlexibleMinutes: number;
  /** Undefined: no pipeline deploys. */
  pipeline?: PipelineSettings;
  sealDeadlineMinutes: number;
  apiShare: number;
  alarmTopicArn?: string;
  /** US dollars a month, of which the topic is told. */
  monthlyBudget?: number;
  tracing: boolean;
}

/** Settings of the audit account's stack. @throws ConfigError naming key, value and remedy */
export function auditSettings(config: ConfigSource): AuditSettings {
  const source = choice(config, "accountSource", ["parameter", "organizations"], "parameter");
  const ids = accountIds(config, "accounts");
  if (source === "parameter" && !ids.length)
    throw new ConfigError("accounts", undefined, "there is no account to audit", set("accounts", "111111111111"));
  const units = unitsOf(config);
  const regions = list(config, "regions");
  for (const region of regions)
    if (!/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region))
      throw new ConfigError("regions", region, "this is not the name of a region", set("regions", "eu-central-1"));
  const bucketName = matching(
    config,
    "bucketName",
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "a bucket's name has 3 to 63 small letters, digits, dots and hyphens",
    "audit-metadata-bucket",
  );
  const lockDays = wholeDays(config, "objectLockDays");
  const alarmTopicArn = topic(config, "alarmTopicArn");
  const monthlyBudget = monthlyBudgetOf(config, alarmTopicArn);
  const externalId = externalIdOf(config);
  const logRetentionDays = retentionDays(config);
  const auditors = auditorsOf(config);
  const pipeline = pipelineOf(config);
  const catalog = choice(config, "catalog", ["true", "false"], "true") === "true";
  const quickSightPrincipalArn = quickSightPrincipal(config, catalog);
  const notify = notifyOf(config, catalog);
  return {
    auditors,
    ...undeclared(config),
    schedules: schedules(config, auditors),
    scheduleFlexibleMinutes: flexibleMinutes(config),
    ...(pipeline ? { pipeline } : {}),
    sealDeadlineMinutes: sealDeadline(config),
    apiShare: apiShare(config),
    ...(alarmTopicArn ? { alarmTopicArn } : {}),
    ...(monthlyBudget ? { monthlyBudget } : {}),
    tracing: choice(config, "tracing", ["true", "false"], "false") === "true",
    catalog,
    ...(quickSightPrincipalArn ? { quickSightPrincipalArn } : {}),
    ...(notify ? { notify } : {}),
    configRules: hasConfigRules(config),
    queryLimitGigabytes: queryLimit(config),
    accounts:
      source === "parameter" ? { ids } : { organizationalUnits: units, exclude: accountIds(config, "excludeAccounts") },
    regions,
    ...(bucketName ? { bucketName } : {}),
    ...(lockDays
      ? {
          objectLock: {
            mode: choice(config, "objectLockMode", ["GOVERNANCE", "COMPLIANCE"], "GOVERNANCE"),
            days: lockDays,
          },
        }
      : {}),
    namePrefix:
      matching(
        config,
        "namePrefix",
        /^[a-zA-Z0-9-]{1,32}$/,
        "a prefix has up to 32 letters, digits and hyphens",
        "audit",
      ) ?? "audit",
    parameterName:
      matching(
        config,
        "parameterName",
        /^(\/[\w.-]+)+$/,
        "a parameter's name is a path of letters, digits and .-_",
        "/audit-ecosystem/accounts",
      ) ?? "/audit-ecosystem/accounts",
    crossAccountRoleName: roleNameOf(config),
    ...(externalId ? { externalId } : {}),
    ...(logRetentionDays ? { logRetentionDays } : {}),
  };
}

export interface MemberSettings extends UndeclaredTypes {
  /** Undefined where `auditStack` tells it. */
  auditAccountId?: string;
  externalId?: string;
  /** Name of the audit account's stack, `organization/project/stack`. */
  auditStack?: string;
  auditors: string[];
  crossAccountRoleName: string;
  memberPolicy: "generated" | "SecurityAudit" | "ReadOnlyAccess";
  organizationId?: string;
  /** Whether controls are rules of AWS Config in this account too. */
  configRules: boolean;
}

/** Settings of a member account's stack. @throws ConfigError naming key, value and remedy */
export function memberSettings(config: ConfigSource): MemberSettings {
  const auditStack = text(config, "auditStack");
  const auditAccountId = text(config, "auditAccountId");
  if (auditAccountId !== undefined && !ACCOUNT_ID.test(auditAccountId))
    throw new ConfigError(
      "auditAccountId",
      auditAccountId,
      "an AWS account id has 12 digits",
      set("auditAccountId", "999999999999"),
    );
  const externalId = externalIdOf(config);
  if (!auditStack && !auditAccountId)
    throw new ConfigError(
      "auditAccountId",
      undefined,
      "the role must know whom to trust",
      `${set("auditAccountId", "999999999999")}, or ${set("auditStack", "organization/audit-ecosystem/audit")}`,
    );
  if (!auditStack && !externalId)
    throw new ConfigError(
      "externalId",
      undefined,
      "without it anyone who learns of the role could ask to be let in",
      `${set("externalId", '"$(pulumi stack output externalId --stack audit)"')}`,
    );
  const organizationId = matching(
    config,
    "organizationId",
    /^o-[a-z0-9]{10,32}$/,
    "an organization's id starts with o-",
    "o-abcdefghij",
  );
  return {
    ...(auditStack ? { auditStack } : {}),
    ...(auditAccountId ? { auditAccountId } : {}),
    ...(externalId ? { externalId } : {}),
    auditors: auditorsOf(config),
    ...undeclared(config),
    configRules: hasConfigRules(config),
    crossAccountRoleName: roleNameOf(config),
    memberPolicy: choice(config, "memberPolicy", ["generated", "SecurityAudit", "ReadOnlyAccess"], "generated"),
    ...(organizationId ? { organizationId } : {}),
  };
}

export interface RolloutSettings extends MemberSettings {
  organizationalUnits: string[];
  delegatedAdministrator: boolean;
}

/** Settings of the stack that gives the role to a whole organization. @throws ConfigError naming key, value and remedy */
export function rolloutSettings(config: ConfigSource): RolloutSettings {
  const organizationalUnits = unitsOf(config);
  if (!organizationalUnits.length)
    throw new ConfigError(
      "organizationalUnits",
      undefined,
      "the units whose accounts get the role must be named; the organization's root stands for all",
      set("organizationalUnits", "r-abcd"),
    );
  if (hasConfigRules(config))
    throw new ConfigError(
      "configRules",
      "true",
      "a StackSet's instances have the role alone",
      "pulumi config set configRules true in the stacks of single members",
    );
  const by = choice(config, "rolloutFrom", ["management", "delegated-administrator"], "management");
  return {
    ...memberSettings(config),
    organizationalUnits,
    delegatedAdministrator: by === "delegated-administrator",
  };
}
