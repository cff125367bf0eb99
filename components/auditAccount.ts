import * as pulumi from "@pulumi/pulumi";
import { AccountList } from "./accountList.ts";
import { Alarms } from "./alarms.ts";
import { AnomalyModels } from "./anomalyModels.ts";
import { type AuditAccountArgs, settingsOf } from "./auditSettings.ts";
import { Budget } from "./budget.ts";
import { Catalog } from "./catalog.ts";
import { Dashboard } from "./dashboard.ts";
import { Notifications } from "./notifications.ts";
import { QuickSight } from "./quickSight.ts";
import { Schedule } from "./schedule.ts";
import {
  auditorFunctions,
  bossFunction,
  doctorFunction,
  recorderFunction,
  type System,
  sealerFunction,
  systemOf,
  tabulatorFunction,
} from "./systemFunctions.ts";
import { Watchdog } from "./watchdog.ts";

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
    super("audit-ecosystem:index:AuditAccount", name, {}, opts);
    const settings = settingsOf(args);
    const system = systemOf(name, args, settings, this);
    const { bucket, signingKey } = system;

    const list = settings.parameterName
      ? new AccountList(`${name}-accounts`, { name: settings.parameterName, ids: settings.accountIds }, system.child)
      : undefined;
    const catalog = settings.hasCatalog
      ? new Catalog(
          `${name}-catalog`,
          {
            name: settings.prefix,
            bucketName: bucket.name,
            bytesLimit: settings.bytesLimit,
            encryptionKeyArn: args.encryptionKeyArn,
          },
          system.child,
        )
      : undefined;
    const tabulator = catalog && tabulatorFunction(system, catalog);
    const sealer = sealerFunction(system, tabulator);
    const recorder = recorderFunction(system, sealer);
    const auditors = auditorFunctions(system, sealer, recorder);
    const boss = bossFunction(system, sealer, auditors, list);
    const doctor = doctorFunction(system);
    const extras = catalog ? extrasOf(system, catalog) : {};
    const schedule = scheduleOf(system, boss);
    const watchdog = new Watchdog(
      `${name}-watchdog`,
      {
        ...settings.common,
        namePrefix: settings.prefix,
        accountId: system.here.accountId,
        bucket,
        sealer,
        sealDeadlineMinutes: settings.sealDeadlineMinutes,
      },
      system.child,
    );
    watch(system, {
      boss: boss.name,
      tabulator: tabulator?.name,
      failedStarts: schedule?.deadLetterQueueName,
      sealer: sealer.name,
      recorder: recorder.name,
      watchdog: watchdog.functionName,
      cosigned: Boolean(args.witnessFunctionArns?.length),
      stamped: Boolean(args.timestampAuthorities?.length),
      ...extras,
    });

    this.bucketName = bucket.name;
    this.bossName = boss.name;
    this.auditorNames = pulumi.all(auditors.map(({ name: functionName }) => functionName));
    this.auditorRoleArns = pulumi.all(auditors.map(({ roleArn }) => roleArn));
    this.externalId = system.externalId;
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

/** What asks the catalog: who is told of findings, what SageMaker scores, QuickSight's analysis. */
function extrasOf(
  { name, args, settings, here, bucket, tables, child }: System,
  catalog: Catalog,
): { notifier?: pulumi.Output<string>; anomalies?: pulumi.Output<string> } {
  const { prefix, common } = settings;
  const notifications =
    args.notifications &&
    new Notifications(
      `${name}-notifications`,
      { ...common, ...args.notifications, namePrefix: prefix, ...here, bucket, catalog, covered: tables.auditors },
      child,
    );
  const anomalyModels =
    args.anomalyModels &&
    new AnomalyModels(
      `${name}-anomalies`,
      { ...common, ...args.anomalyModels, namePrefix: prefix, ...here, bucket },
      child,
    );
  if (args.quickSightPrincipalArn)
    new QuickSight(
      `${name}-quicksight`,
      { name: prefix, accountId: here.accountId, catalog, principalArn: args.quickSightPrincipalArn },
      child,
    );
  return {
    ...(notifications ? { notifier: notifications.functionName } : {}),
    ...(anomalyModels ? { anomalies: anomalyModels.functionName } : {}),
  };
}

/** Undefined where no run starts by itself. */
function scheduleOf({ name, args, settings, here, child }: System, boss: { arn: pulumi.Output<string> }) {
  if (!args.schedules?.length) return undefined;
  return new Schedule(
    `${name}-schedule`,
    {
      schedules: args.schedules,
      namePrefix: settings.prefix,
      bossArn: boss.arn,
      accountId: here.accountId,
      flexibleMinutes: settings.flexibleMinutes,
    },
    child,
  );
}

/** By what people see how the system is: alarms, a budget, a dashboard. */
function watch(
  { name, args, settings, here, child }: System,
  functions: Omit<ConstructorParameters<typeof Alarms>[1], "namePrefix" | "topicArn">,
) {
  const { prefix: namePrefix } = settings;
  const topicArn = args.alarmTopicArn;
  new Alarms(`${name}-alarms`, { namePrefix, ...functions, ...(topicArn ? { topicArn } : {}) }, child);
  if (args.monthlyBudget && topicArn)
    new Budget(
      `${name}-budget`,
      { name: `${namePrefix}-monthly`, monthlyDollars: args.monthlyBudget, topicArn },
      child,
    );
  new Dashboard(
    `${name}-dashboard`,
    { namePrefix, region: here.region, auditors: args.auditors.map((auditor) => auditor.name) },
    child,
  );
}
