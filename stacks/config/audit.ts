import type { RunSchedule } from "../../components/schedule.ts";
import type { UndeclaredTypes } from "../../src/auditors/registry.ts";
import type { PipelineSettings } from "../pipeline.ts";
import { accountIds, unitsOf } from "./accounts.ts";
import { auditorsOf, undeclared } from "./collected.ts";
import { apiShare, monthlyBudgetOf, queryLimit, retentionDays } from "./limits.ts";
import { type NotifySettings, notifyOf } from "./notify.ts";
import { externalIdOf, roleNameOf } from "./role.ts";
import { type ConfigRulesSettings, configRulesOf } from "./rules.ts";
import { flexibleMinutes, schedules, sealDeadline } from "./schedule.ts";
import { ConfigError, type ConfigSource, choice, list, matching, set, topic, wholeDays } from "./value.ts";

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
  /** Undefined: no control is a rule of AWS Config too. */
  configRules?: ConfigRulesSettings;
  /** Undefined: no model in SageMaker scores. */
  anomalyModels?: { instanceType: string };
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
  const configRules = configRulesOf(config);
  const anomalyModels = anomalyModelsOf(config, catalog);
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
    ...(configRules ? { configRules } : {}),
    ...(anomalyModels ? { anomalyModels } : {}),
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

/** How SageMaker is to score. @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformResources.html */
function anomalyModelsOf(config: ConfigSource, catalog: boolean): { instanceType: string } | undefined {
  const instanceType = matching(
    config,
    "sageMakerInstanceType",
    /^ml\.[a-z0-9-]+\.[a-z0-9]+$/,
    "an instance type of SageMaker is expected",
    "ml.c5.xlarge",
  );
  if (choice(config, "sageMakerAnomalies", ["true", "false"], "false") === "false") return undefined;
  if (!catalog)
    throw new ConfigError(
      "sageMakerAnomalies",
      "true",
      "what SageMaker finds goes into the tables of the catalog, which is off",
      set("catalog", "true"),
    );
  return { instanceType: instanceType ?? "ml.c5.xlarge" };
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
