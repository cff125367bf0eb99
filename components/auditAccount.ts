import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type Auditor, typesOf } from "../src/auditors/collector.ts";
import { catalogOf } from "../src/tables/catalog.ts";
import { AccountList } from "./accountList.ts";
import { Alarms } from "./alarms.ts";
import { type AnomalyModelSettings, AnomalyModels, anomaliesName } from "./anomalyModels.ts";
import { Budget } from "./budget.ts";
import { prepareBundles } from "./bundle.ts";
import { Catalog } from "./catalog.ts";
import { Dashboard } from "./dashboard.ts";
import { EvidenceBucket, type ObjectLock } from "./evidenceBucket.ts";
import { SYSTEM_PATH } from "./memberAccount.ts";
import { AUDITOR_MEMORY } from "./memorySizes.ts";
import { type NotificationSettings, Notifications, notifierName } from "./notifications.ts";
import {
  auditorPermissions,
  bossPermissions,
  doctorPermissions,
  recorderPermissions,
  sealerPermissions,
  tabulatorPermissions,
} from "./permissions.ts";
import { QuickSight } from "./quickSight.ts";
import { type RunSchedule, Schedule } from "./schedule.ts";
import { SigningKey } from "./signingKey.ts";
import { SystemFunction } from "./systemFunction.ts";
import { systemHandlers } from "./systemHandlers.ts";
import { Watchdog } from "./watchdog.ts";

/** What an {@link AuditAccount} may be told. */
export interface AuditAccountArgs {
  /** Auditors to deploy, as `src/auditors/registry.ts` loads them by name. */
  auditors: readonly Auditor[];
  /** Ids of the member accounts (12 digits each), or where they come from. */
  accounts: { ids: readonly string[] } | { organizationalUnits: readonly string[]; exclude: readonly string[] };
  /** Regions to cover; every enabled one when empty. */
  regions?: readonly string[];
  /** Physical name of the evidence bucket; Pulumi's generated one when left out. */
  bucketName?: pulumi.Input<string>;
  objectLock?: ObjectLock;
  /** First part of every function's name. Default: `audit`. */
  namePrefix?: string;
  /** Default: `/audit-ecosystem/accounts`. */
  parameterName?: string;
  /** Default: `audit-cross-account-access-role`. */
  crossAccountRoleName?: string;
  /** Random when left out. */
  externalId?: pulumi.Input<string>;
  /** Days that the functions' log lines are kept. Default: 90. */
  logRetentionDays?: number;
  /** Whether evidence can be asked with SQL: the tabulator, Glue's tables and an Athena workgroup. Default: true. */
  catalog?: boolean;
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
  /** Of each API rate that AWS documents, how much a run may take; the rest is for the account's own workloads. Default 0.5. */
  apiShare?: number;
  /** Whether AWS X-Ray traces the functions' invocations. Default: false. */
  tracing?: boolean;
  /** SNS topic that the alarms tell. */
  alarmTopicArn?: pulumi.Input<string>;
  /** US dollars a month of the account, of which that topic is told at 80 and 100 per cent; none when left out. */
  monthlyBudget?: number;
}

/** The audit account's side: evidence bucket, list of accounts, boss, auditors, recorder and sealer. */
export class AuditAccount extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly bossName: pulumi.Output<string>;
  readonly auditorNames: pulumi.Output<string[]>;
  readonly auditorRoleArns: pulumi.Output<string[]>;
  readonly externalId: pulumi.Output<string>;
  /** PEM of the key that manifests are signed with: hand it to whoever verifies, by another way than the evidence. */
  readonly signingPublicKey: pulumi.Output<string>;
  /** Name of the function that seals: what `itaudit seal` invokes. */
  readonly sealerName: pulumi.Output<string>;
  /** Name of the function that looks at member accounts: what `itaudit doctor` invokes. */
  readonly doctorName: pulumi.Output<string>;
  /** Undefined when the accounts come from AWS Organizations. */
  readonly parameterName: pulumi.Output<string | undefined>;
  /** Of Glue; undefined without a catalog. */
  readonly databaseName: pulumi.Output<string | undefined>;
  /** Of Athena; undefined without a catalog. */
  readonly workgroupName: pulumi.Output<string | undefined>;

  constructor(name: string, args: AuditAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("audit-ecosystem:index:AuditAccount", name, args, opts);
    const child = { parent: this };
    const prefix = args.namePrefix ?? "audit";
    const sealDeadlineMinutes = args.sealDeadlineMinutes ?? 240;
    const crossAccountRoleName = args.crossAccountRoleName ?? "audit-cross-account-access-role";
    const { partition } = aws.getPartitionOutput({}, child);
    const { accountId } = aws.getCallerIdentityOutput({}, child);
    const auditorFunction = (auditor: Auditor) => `${prefix}-get-meta-${auditor.name}`;
    // Made of its name: an auditor's role, and the recorder's, are there before the auditor is.
    const functionArn = (functionName: string) =>
      pulumi.interpolate`arn:${partition}:lambda:*:${accountId}:function:${functionName}`;
    const auditorArn = (auditor: Auditor) => functionArn(auditorFunction(auditor));
    const externalId = args.externalId
      ? pulumi.output(args.externalId)
      : new random.RandomUuid(`${name}-external-id`, {}, child).result;
    // Not an output of the stack: who has it and the evidence can try values against the digests.
    const digestKey = pulumi.secret(new random.RandomUuid(`${name}-digest-key`, {}, child).result);

    const bucket = new EvidenceBucket(
      `${name}-evidence`,
      {
        bucketName: args.bucketName,
        objectLock: args.objectLock,
        systemRoles: pulumi.interpolate`arn:${partition}:iam::${accountId}:role${SYSTEM_PATH}*`,
      },
      child,
    );
    const list =
      "ids" in args.accounts
        ? new AccountList(
            `${name}-accounts`,
            { name: args.parameterName ?? "/audit-ecosystem/accounts", ids: args.accounts.ids },
            child,
          )
        : undefined;
    const common = { logRetentionDays: args.logRetentionDays ?? 90, tracing: args.tracing ?? false };

    const signingKey = new SigningKey(
      `${name}-signing-key`,
      {
        partition,
        accountId,
        signerArn: pulumi.interpolate`arn:${partition}:iam::${accountId}:role${SYSTEM_PATH}${prefix}-sealer`,
      },
      child,
    );
    const tables = catalogOf(args.auditors);
    const { auditors: auditorHandlers, ...handlers } = systemHandlers(args.auditors);
    const { tabulator: _tabulator, ...always } = handlers;
    prepareBundles([...Object.values(args.catalog === false ? always : handlers), ...auditorHandlers]);
    const tabulatorName = `${prefix}-tabulator`;
    const tabulator =
      args.catalog === false
        ? undefined
        : new SystemFunction(
            `${name}-tabulator`,
            {
              ...common,
              functionName: tabulatorName,
              handler: handlers.tabulator,
              timeout: 900,
              memorySize: 2048,
              environment: {
                EVIDENCE_BUCKET: bucket.name,
                ...(args.notifications ? { NOTIFIER_FUNCTION: notifierName(prefix) } : {}),
                ...(args.anomalyModels ? { ANOMALIES_FUNCTION: anomaliesName(prefix) } : {}),
              },
              permissions: pulumi
                .all([
                  bucket.arn,
                  functionArn(tabulatorName),
                  args.notifications ? functionArn(notifierName(prefix)) : undefined,
                  args.anomalyModels ? functionArn(anomaliesName(prefix)) : undefined,
                ])
                .apply((may) => tabulatorPermissions(...may)),
            },
            child,
          );
    const catalog = tabulator
      ? new Catalog(
          `${name}-catalog`,
          {
            name: prefix,
            bucketName: bucket.name,
            tables,
            bytesLimit: (args.queryLimitGigabytes ?? 100) * 1e9,
          },
          child,
        )
      : undefined;
    const { region } = aws.getRegionOutput({}, child);
    const notifications =
      catalog && args.notifications
        ? new Notifications(
            `${name}-notifications`,
            {
              ...common,
              ...args.notifications,
              namePrefix: prefix,
              partition,
              accountId,
              region,
              bucket,
              catalog,
              covered: tables.auditors,
            },
            child,
          )
        : undefined;
    const anomalyModels =
      tabulator && args.anomalyModels
        ? new AnomalyModels(
            `${name}-anomalies`,
            { ...common, ...args.anomalyModels, namePrefix: prefix, partition, accountId, region, bucket },
            child,
          )
        : undefined;
    if (catalog && args.quickSightPrincipalArn)
      new QuickSight(
        `${name}-quicksight`,
        { name: prefix, accountId, catalog, principalArn: args.quickSightPrincipalArn },
        child,
      );

    const sealer = new SystemFunction(
      `${name}-sealer`,
      {
        ...common,
        functionName: `${prefix}-sealer`,
        handler: handlers.sealer,
        timeout: 900,
        memorySize: 1024,
        environment: {
          EVIDENCE_BUCKET: bucket.name,
          SIGNING_KEY: signingKey.arn,
          SEAL_DEADLINE_MINUTES: String(sealDeadlineMinutes),
          ...(tabulator ? { TABULATOR_FUNCTION: tabulator.name } : {}),
        },
        permissions: pulumi.all([bucket.arn, signingKey.arn, tabulator?.arn]).apply((may) => sealerPermissions(...may)),
      },
      child,
    );
    const recorder = new SystemFunction(
      `${name}-recorder`,
      {
        ...common,
        functionName: `${prefix}-recorder`,
        handler: handlers.recorder,
        timeout: 60,
        memorySize: 256,
        environment: { EVIDENCE_BUCKET: bucket.name, SEALER_FUNCTION: sealer.name },
        permissions: pulumi
          .all([bucket.arn, sealer.arn, pulumi.all(args.auditors.map(auditorArn))])
          .apply((may) => recorderPermissions(...may)),
      },
      child,
    );
    const auditors = args.auditors.map(
      (auditor, index) =>
        new SystemFunction(
          `${name}-get-meta-${auditor.name}`,
          {
            ...common,
            functionName: auditorFunction(auditor),
            handler: auditorHandlers[index]!,
            timeout: 900,
            memorySize: AUDITOR_MEMORY,
            environment: {
              EVIDENCE_BUCKET: bucket.name,
              CROSS_ACCOUNT_ROLE_NAME: crossAccountRoleName,
              EXTERNAL_ID: externalId,
              DIGEST_KEY: digestKey,
              ...(args.apiShare === undefined ? {} : { API_SHARE: String(args.apiShare) }),
              SEAL_DEADLINE_MINUTES: String(sealDeadlineMinutes),
              SEALER_FUNCTION: sealer.name,
            },
            permissions: pulumi
              .all([bucket.arn, sealer.arn, recorder.arn, partition, auditorArn(auditor), accountId])
              .apply(([bucketArn, sealerArn, recorderArn, inPartition, ownArn, auditAccountId]) =>
                auditorPermissions({
                  bucketArn,
                  auditor: auditor.name,
                  resourceTypes: typesOf(auditor),
                  othersTypes: args.auditors.filter((each) => each !== auditor).flatMap(typesOf),
                  partition: inPartition,
                  accountId: auditAccountId,
                  aggregator: auditor.aggregator,
                  crossAccountRoleName,
                  ownArn,
                  sealerArn,
                  recorderArn,
                }),
              ),
            onFailure: recorder.arn,
          },
          child,
        ),
    );
    const regions = args.regions ?? [];
    const organization = "ids" in args.accounts ? undefined : args.accounts;
    const boss = new SystemFunction(
      `${name}-boss`,
      {
        ...common,
        functionName: `${prefix}-boss`,
        handler: handlers.boss,
        timeout: 300,
        memorySize: 1024,
        environment: {
          EVIDENCE_BUCKET: bucket.name,
          SEALER_FUNCTION: sealer.name,
          AUDITOR_FUNCTION_PREFIX: `${prefix}-get-meta-`,
          ...(list ? { ACCOUNTS_PARAMETER: list.name } : {}),
          ...(organization
            ? {
                ACCOUNT_SOURCE: "organizations",
                ORGANIZATIONAL_UNITS: organization.organizationalUnits.join(","),
                EXCLUDE_ACCOUNTS: organization.exclude.join(","),
              }
            : {}),
          ...(regions.length ? { REGIONS: regions.join(",") } : {}),
        },
        permissions: pulumi
          .all([bucket.arn, sealer.arn, pulumi.all(auditors.map(({ arn }) => arn)), list?.arn])
          .apply(([bucketArn, sealerArn, auditorArns, parameterArn]) =>
            bossPermissions({
              bucketArn,
              sealerArn,
              auditorArns,
              parameterArn,
              byUnits: Boolean(organization?.organizationalUnits.length),
              asksRegions: regions.length === 0,
            }),
          ),
      },
      child,
    );

    const doctor = new SystemFunction(
      `${name}-doctor`,
      {
        ...common,
        functionName: `${prefix}-doctor`,
        handler: handlers.doctor,
        timeout: 300,
        memorySize: 512,
        environment: { CROSS_ACCOUNT_ROLE_NAME: crossAccountRoleName, EXTERNAL_ID: externalId },
        permissions: pulumi
          .output(partition)
          .apply((inPartition) => doctorPermissions(inPartition, crossAccountRoleName)),
      },
      child,
    );

    const schedule = args.schedules?.length
      ? new Schedule(
          `${name}-schedule`,
          {
            schedules: args.schedules,
            namePrefix: prefix,
            bossArn: boss.arn,
            accountId,
            flexibleMinutes: args.scheduleFlexibleMinutes ?? 15,
          },
          child,
        )
      : undefined;

    const watchdog = new Watchdog(
      `${name}-watchdog`,
      { ...common, namePrefix: prefix, accountId, bucket, sealer, sealDeadlineMinutes },
      child,
    );
    new Alarms(
      `${name}-alarms`,
      {
        namePrefix: prefix,
        boss: boss.name,
        tabulator: tabulator?.name,
        failedStarts: schedule?.deadLetterQueueName,
        sealer: sealer.name,
        recorder: recorder.name,
        watchdog: watchdog.functionName,
        auditors: auditors.map(({ name: functionName }) => functionName),
        notifier: notifications?.functionName,
        anomalies: anomalyModels?.functionName,
        ...(args.alarmTopicArn ? { topicArn: args.alarmTopicArn } : {}),
      },
      child,
    );
    if (args.monthlyBudget && args.alarmTopicArn)
      new Budget(
        `${name}-budget`,
        { name: `${prefix}-monthly`, monthlyDollars: args.monthlyBudget, topicArn: args.alarmTopicArn },
        child,
      );
    new Dashboard(
      `${name}-dashboard`,
      {
        namePrefix: prefix,
        region,
        auditors: args.auditors.map((auditor) => auditor.name),
      },
      child,
    );

    this.bucketName = bucket.name;
    this.bossName = boss.name;
    this.auditorNames = pulumi.all(auditors.map(({ name: functionName }) => functionName));
    this.auditorRoleArns = pulumi.all(auditors.map(({ roleArn }) => roleArn));
    this.externalId = externalId;
    this.signingPublicKey = signingKey.publicKey;
    this.sealerName = sealer.name;
    this.doctorName = doctor.name;
    this.parameterName = pulumi.output(list?.name);
    this.databaseName = pulumi.output(catalog?.databaseName);
    this.workgroupName = pulumi.output(catalog?.workgroupName);
    this.registerOutputs({
      bucketName: this.bucketName,
      bossName: this.bossName,
      auditorNames: this.auditorNames,
      auditorRoleArns: this.auditorRoleArns,
      externalId: this.externalId,
      signingPublicKey: this.signingPublicKey,
      sealerName: this.sealerName,
      doctorName: this.doctorName,
      parameterName: this.parameterName,
      databaseName: this.databaseName,
      workgroupName: this.workgroupName,
    });
  }
}
