import type { RunSchedule } from "../../components/schedule.ts";
import type { UndeclaredTypes } from "../../src/auditors/registry.ts";
import type { PipelineSettings } from "../pipeline.ts";
import { auditorsOf, undeclared } from "./collected.ts";
import { refuseIneffective } from "./effect.ts";
import { checkLengths } from "./lengths.ts";
import { type NotifySettings, notifyOf } from "./notify.ts";
import { read } from "./read.ts";
import { type ConfigRulesSettings, configRulesOf } from "./rules.ts";
import { schedulesFrom } from "./schedules.ts";
import { ConfigError, type ConfigSource, defined, set } from "./value.ts";

export interface AuditSettings extends UndeclaredTypes {
  /** Groups and services, by name. */
  auditors: string[];
  accounts: { ids: string[] } | { organizationalUnits: string[]; exclude: string[] };
  regions: string[];
  bucketName?: string;
  /** Whether the bucket of that name stands already, and is taken over. */
  adoptBucket: boolean;
  /** Undefined: random. */
  digestKey?: string;
  encryptionKeyArn?: string;
  objectLock?: { mode: "GOVERNANCE" | "COMPLIANCE"; days: number };
  namePrefix: string;
  /** Undefined where AWS Organizations says which accounts there are. */
  parameterName?: string;
  crossAccountRoleName: string;
  externalId?: string;
  logRetentionDays: number;
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
  /** Undefined where nothing is scheduled. */
  scheduleFlexibleMinutes?: number;
  /** Undefined: no pipeline deploys. */
  pipeline?: PipelineSettings;
  sealDeadlineMinutes: number;
  /** Empty: nobody outside cosigns. */
  witnessFunctionArns: string[];
  /** Empty: no manifest is stamped. */
  timestampAuthorities: string[];
  /** Undefined: the stack's key has replaced none. */
  previousSigningKeyArn?: string;
  apiShare: number;
  alarmTopicArn?: string;
  /** US dollars a month, of which the topic is told. */
  monthlyBudget?: number;
  tracing: boolean;
}

/** Settings of the audit account's stack. @throws ConfigError naming key, value and remedy */
export function auditSettings(config: ConfigSource): AuditSettings {
  refuseIneffective(config, "audit");
  const auditors = auditorsOf(config);
  const catalog = read(config, "catalog");
  const alarmTopicArn = read(config, "alarmTopicArn");
  const schedules = schedulesFrom(config, auditors);
  const settings: AuditSettings = defined({
    auditors,
    ...undeclared(config),
    accounts: accountsOf(config),
    regions: read(config, "regions"),
    ...bucketOf(config),
    digestKey: read(config, "digestKey"),
    objectLock: objectLockOf(config),
    encryptionKeyArn: read(config, "encryptionKeyArn"),
    namePrefix: read(config, "namePrefix"),
    parameterName: read(config, "accountSource") === "parameter" ? read(config, "parameterName") : undefined,
    crossAccountRoleName: read(config, "crossAccountRoleName"),
    externalId: read(config, "externalId"),
    logRetentionDays: read(config, "logRetentionDays"),
    catalog,
    queryLimitGigabytes: read(config, "queryLimitGigabytes"),
    quickSightPrincipalArn: quickSightPrincipal(config, catalog),
    notify: notifyOf(config, catalog),
    configRules: configRulesOf(config),
    anomalyModels: anomalyModelsOf(config, catalog),
    schedules,
    scheduleFlexibleMinutes: schedules.length ? read(config, "scheduleFlexibleMinutes") : undefined,
    pipeline: pipelineOf(config),
    sealDeadlineMinutes: read(config, "sealDeadlineMinutes"),
    timestampAuthorities: read(config, "timestampAuthorities"),
    witnessFunctionArns: read(config, "witnessFunctionArns"),
    previousSigningKeyArn: read(config, "previousSigningKeyArn"),
    apiShare: read(config, "apiShare"),
    alarmTopicArn,
    monthlyBudget: monthlyBudgetOf(config, alarmTopicArn),
    tracing: read(config, "tracing"),
  });
  checkLengths(settings);
  return settings;
}

function accountsOf(config: ConfigSource): AuditSettings["accounts"] {
  const ids = read(config, "accounts");
  if (read(config, "accountSource") === "organizations")
    return { organizationalUnits: read(config, "organizationalUnits"), exclude: read(config, "excludeAccounts") };
  if (!ids.length)
    throw new ConfigError("accounts", undefined, "there is no account to audit", set("accounts", "111111111111"));
  return { ids };
}

function bucketOf(config: ConfigSource): Pick<AuditSettings, "bucketName" | "adoptBucket"> {
  const bucketName = read(config, "bucketName");
  const adoptBucket = read(config, "adoptBucket");
  if (adoptBucket && !bucketName)
    throw new ConfigError(
      "bucketName",
      undefined,
      "which bucket is to be taken over must be named",
      set("bucketName", "audit-metadata-bucket"),
    );
  return defined({ bucketName, adoptBucket });
}

function objectLockOf(config: ConfigSource): AuditSettings["objectLock"] {
  const mode = read(config, "objectLockMode");
  const days = read(config, "objectLockDays");
  return days ? { mode, days } : undefined;
}

function monthlyBudgetOf(config: ConfigSource, alarmTopicArn: string | undefined): number | undefined {
  const dollars = read(config, "monthlyBudget");
  if (!dollars) return undefined;
  if (!alarmTopicArn)
    throw new ConfigError(
      "monthlyBudget",
      String(dollars),
      "there is no topic to tell",
      set("alarmTopicArn", "arn:aws:sns:eu-central-1:999999999999:audit-alarms"),
    );
  return dollars;
}

function pipelineOf(config: ConfigSource): PipelineSettings | undefined {
  const repository = read(config, "pipelineRepository");
  const providerArn = read(config, "pipelineProviderArn");
  const stateBucket = read(config, "pipelineStateBucket");
  return repository === undefined ? undefined : defined({ repository, providerArn, stateBucket });
}

/** How SageMaker is to score. */
function anomalyModelsOf(config: ConfigSource, catalog: boolean): { instanceType: string } | undefined {
  const instanceType = read(config, "sageMakerInstanceType");
  if (!read(config, "sageMakerAnomalies")) return undefined;
  if (!catalog)
    throw new ConfigError(
      "sageMakerAnomalies",
      "true",
      "what SageMaker finds goes into the tables of the catalog, which is off",
      set("catalog", "true"),
    );
  return { instanceType };
}

function quickSightPrincipal(config: ConfigSource, catalog: boolean): string | undefined {
  const arn = read(config, "quickSightPrincipalArn");
  if (arn && !catalog)
    throw new ConfigError(
      "quickSightPrincipalArn",
      arn,
      "QuickSight asks the catalog, which is off",
      set("catalog", "true"),
    );
  return arn;
}
