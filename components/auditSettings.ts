import type * as pulumi from "@pulumi/pulumi";
import type { AuditorOutline } from "../src/auditors/outline.ts";
import type { Control } from "../src/controls/control.ts";
import type { AnomalyModelSettings } from "./anomalyModels.ts";
import type { ObjectLock } from "./evidenceBucket.ts";
import type { NotificationSettings } from "./notifications.ts";
import type { RunSchedule } from "./schedule.ts";

/** What an `AuditAccount` may be told. */
export interface AuditAccountArgs {
  /** Auditors to deploy, as `src/auditors/registry.ts` loads them by name. */
  auditors: readonly AuditorOutline[];
  /** Ids of the member accounts (12 digits each), or where they come from. */
  accounts: { ids: readonly string[] } | { organizationalUnits: readonly string[]; exclude: readonly string[] };
  /** Regions to cover; every enabled one when empty. */
  regions?: readonly string[];
  /** Physical name of the evidence bucket; Pulumi's generated one when left out. */
  bucketName?: pulumi.Input<string>;
  /** Whether the bucket of that name stands already, of a stack before, and is taken over. Default: false. */
  adoptBucket?: boolean;
  objectLock?: ObjectLock;
  /** ARN of the KMS key that evidence and answers of queries are encrypted with; S3's own when left out. */
  encryptionKeyArn?: string;
  /** First part of every function's name. Default: `audit`. */
  namePrefix?: string;
  /** Default: `/audit-ecosystem/accounts`. */
  parameterName?: string;
  /** Default: `audit-cross-account-access-role`. */
  crossAccountRoleName?: string;
  /** Random when left out. */
  externalId?: pulumi.Input<string>;
  /** Key of the digests that stand for secret values; random when left out. Members' evidence compares only under one key. */
  digestKey?: pulumi.Input<string>;
  /** Days that the functions' log lines are kept. Default: 90. */
  logRetentionDays?: number;
  /** Whether evidence can be asked with SQL: the tabulator, Glue's tables and an Athena workgroup. Default: true. */
  catalog?: boolean;
  /** Resource types whose tables are in the catalog before any of them has rows. */
  askedTypes?: readonly string[];
  /** Controls whose verdicts are a table of each run, which needs the catalog; none when left out. */
  controls?: readonly Control[];
  /** Gigabytes that a query may scan. Default: 100. */
  queryLimitGigabytes?: number;
  /** User or group of QuickSight for whom the catalog is made there as data sets and an analysis; none when left out. */
  quickSightPrincipalArn?: string;
  /** Whom to tell of new findings, which needs the catalog; nobody when left out. */
  notifications?: NotificationSettings;
  /** Lets SageMaker score each run for anomalies too, which needs the catalog; not when left out. */
  anomalyModels?: AnomalyModelSettings;
  /** When runs start by themselves; never when left out. */
  schedules?: readonly RunSchedule[];
  /** Minutes after the time within which a scheduled run starts. Default: 15. */
  scheduleFlexibleMinutes?: number;
  /** Minutes after its start within which a run is to be sealed: it reads for nine tenths of them. Then it may be sealed as incomplete, and an alarm goes off. Default: 240. */
  sealDeadlineMinutes?: number;
  /** Addresses of RFC 3161 time-stamp authorities that stamp each manifest; none when left out. */
  timestampAuthorities?: readonly string[];
  /** ARNs of functions in other accounts that cosign the chain of runs (`Witness`); nobody when left out. */
  witnessFunctionArns?: readonly string[];
  /** ARN of the KMS key that this stack's key has replaced, while it still signs the record of it. */
  previousSigningKeyArn?: pulumi.Input<string>;
  /** Of each API rate that AWS documents, how much a run may take; the rest is for the account's own workloads. Default 0.5. */
  apiShare?: number;
  /** Whether AWS X-Ray traces the functions' invocations. Default: false. */
  tracing?: boolean;
  /** SNS topic that the alarms tell. */
  alarmTopicArn?: pulumi.Input<string>;
  /** US dollars a month of the account, of which that topic is told at 80 and 100 per cent; none when left out. */
  monthlyBudget?: number;
}

/** What an {@link AuditAccountArgs} comes to, with every default in place. */
export interface AuditSettings {
  /** First part of every name. */
  prefix: string;
  /** Name of the parameter with the accounts; undefined where they come from AWS Organizations. */
  parameterName: string | undefined;
  /** Ids that stand in the parameter. */
  accountIds: readonly string[];
  organization: { organizationalUnits: readonly string[]; exclude: readonly string[] } | undefined;
  regions: readonly string[];
  crossAccountRoleName: string;
  sealDeadlineMinutes: number;
  flexibleMinutes: number;
  hasCatalog: boolean;
  bytesLimit: number;
  /** What all functions have in common. */
  common: { logRetentionDays: number; tracing: boolean; encryptionKeyArn: string | undefined };
}

/** @param args as the program was told */
export function settingsOf(args: AuditAccountArgs): AuditSettings {
  const byIds = "ids" in args.accounts ? args.accounts : undefined;
  return {
    prefix: args.namePrefix ?? "audit",
    parameterName: byIds ? (args.parameterName ?? "/audit-ecosystem/accounts") : undefined,
    accountIds: byIds?.ids ?? [],
    organization: "ids" in args.accounts ? undefined : args.accounts,
    regions: args.regions ?? [],
    crossAccountRoleName: args.crossAccountRoleName ?? "audit-cross-account-access-role",
    sealDeadlineMinutes: args.sealDeadlineMinutes ?? 240,
    flexibleMinutes: args.scheduleFlexibleMinutes ?? 15,
    hasCatalog: args.catalog !== false,
    bytesLimit: (args.queryLimitGigabytes ?? 100) * 1e9,
    common: {
      logRetentionDays: args.logRetentionDays ?? 90,
      tracing: args.tracing ?? false,
      encryptionKeyArn: args.encryptionKeyArn,
    },
  };
}

export const auditorFunctionName = (prefix: string, { name }: Pick<AuditorOutline, "name">): string =>
  `${prefix}-get-meta-${name}`;
