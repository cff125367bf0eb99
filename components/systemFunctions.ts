import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { typesOf } from "../src/auditors/collector.ts";
import type { AuditorOutline } from "../src/auditors/outline.ts";
import { catalogOf, type Catalog as Tables } from "../src/tables/catalog.ts";
import type { AccountList } from "./accountList.ts";
import { anomaliesName } from "./anomalyModels.ts";
import { type AuditAccountArgs, type AuditSettings, auditorFunctionName } from "./auditSettings.ts";
import { prepareBundles } from "./bundle.ts";
import type { Catalog } from "./catalog.ts";
import { EvidenceBucket } from "./evidenceBucket.ts";
import { SYSTEM_PATH } from "./memberAccount.ts";
import { AUDITOR_MEMORY } from "./memorySizes.ts";
import { notifierName } from "./notifications.ts";
import {
  auditorPermissions,
  bossPermissions,
  doctorPermissions,
  recorderPermissions,
  sealerPermissions,
  tabulatorPermissions,
} from "./permissions.ts";
import { SigningKey } from "./signingKey.ts";
import { SystemFunction } from "./systemFunction.ts";
import { type SystemHandlers, systemHandlers } from "./systemHandlers.ts";

/** What the system's functions share. */
export interface System {
  /** Of the component they belong to. */
  name: string;
  args: AuditAccountArgs;
  settings: AuditSettings;
  child: { parent: pulumi.Resource };
  here: { partition: pulumi.Output<string>; accountId: pulumi.Output<string>; region: pulumi.Output<string> };
  bucket: EvidenceBucket;
  signingKey: SigningKey;
  externalId: pulumi.Output<string>;
  /** Not an output of the stack: who has it and the evidence can try values against the digests. */
  digestKey: pulumi.Output<string>;
  handlers: SystemHandlers;
  tables: Tables;
}

/** What there is before any function: where it is, what it writes to, and what only it knows. */
export function systemOf(
  name: string,
  args: AuditAccountArgs,
  settings: AuditSettings,
  parent: pulumi.Resource,
): System {
  const child = { parent };
  const { partition } = aws.getPartitionOutput({}, child);
  const { accountId } = aws.getCallerIdentityOutput({}, child);
  const { region } = aws.getRegionOutput({}, child);
  const roles = pulumi.interpolate`arn:${partition}:iam::${accountId}:role${SYSTEM_PATH}`;
  const handlers = systemHandlers(args.auditors, args.askedTypes, args.controls);
  const { auditors, tabulator, ...always } = handlers;
  prepareBundles([...Object.values(always), ...(settings.hasCatalog ? [tabulator] : []), ...auditors]);
  const { bucketName, objectLock, adoptBucket, encryptionKeyArn } = args;
  return {
    name,
    args,
    settings,
    child,
    here: { partition, accountId, region },
    bucket: new EvidenceBucket(
      `${name}-evidence`,
      { bucketName, objectLock, encryptionKeyArn, adopt: adoptBucket, systemRoles: pulumi.interpolate`${roles}*` },
      child,
    ),
    signingKey: new SigningKey(
      `${name}-signing-key`,
      { partition, accountId, signerArn: pulumi.interpolate`${roles}${settings.prefix}-sealer` },
      child,
    ),
    externalId: args.externalId
      ? pulumi.output(args.externalId)
      : new random.RandomUuid(`${name}-external-id`, {}, child).result,
    digestKey: digestKeyOf(name, args, child),
    handlers,
    tables: catalogOf(args.auditors),
  };
}

/** A password and not a UUID: Pulumi keeps the id of one in its state as plain text, and it is the value. */
function digestKeyOf(name: string, { digestKey }: AuditAccountArgs, child: pulumi.CustomResourceOptions) {
  if (digestKey !== undefined) return pulumi.secret(digestKey);
  return pulumi.secret(new random.RandomPassword(`${name}-digest-key`, { length: 43, special: false }, child).result);
}

/** Made of its name: an auditor's role, and the recorder's, are there before the auditor is. */
const functionArn = ({ here }: System, functionName: string): pulumi.Output<string> =>
  pulumi.interpolate`arn:${here.partition}:lambda:*:${here.accountId}:function:${functionName}`;

const auditorArn = (system: System, auditor: AuditorOutline) =>
  functionArn(system, auditorFunctionName(system.settings.prefix, auditor));

/** Derives the tables of sealed runs, and declares them in the catalog's database. */
export function tabulatorFunction(system: System, catalog: Catalog): SystemFunction {
  const { name, args, settings, here, bucket, handlers, child } = system;
  const { databaseName, databaseArns, workgroupName, resultsArn } = catalog;
  const { prefix, common } = settings;
  const functionName = `${prefix}-tabulator`;
  return new SystemFunction(
    `${name}-tabulator`,
    {
      ...common,
      functionName,
      handler: handlers.tabulator,
      timeout: 900,
      memorySize: 2048,
      environment: {
        EVIDENCE_BUCKET: bucket.name,
        GLUE_DATABASE: databaseName,
        ATHENA_WORKGROUP: workgroupName,
        ...(args.notifications ? { NOTIFIER_FUNCTION: notifierName(prefix) } : {}),
        ...(args.anomalyModels ? { ANOMALIES_FUNCTION: anomaliesName(prefix) } : {}),
      },
      permissions: pulumi
        .output({
          bucketArn: bucket.arn,
          ownArn: functionArn(system, functionName),
          databaseArns,
          workgroupArn: pulumi.interpolate`arn:${here.partition}:athena:${here.region}:${here.accountId}:workgroup/${workgroupName}`,
          resultsArn,
          notifierArn: args.notifications ? functionArn(system, notifierName(prefix)) : undefined,
          anomaliesArn: args.anomalyModels ? functionArn(system, anomaliesName(prefix)) : undefined,
        })
        .apply(tabulatorPermissions),
    },
    child,
  );
}

/** Seals runs, and starts the tabulator where there is one. */
export function sealerFunction(
  { name, args, settings, bucket, signingKey, handlers, child }: System,
  tabulator: SystemFunction | undefined,
): SystemFunction {
  const { previousSigningKeyArn, witnessFunctionArns = [], timestampAuthorities = [] } = args;
  return new SystemFunction(
    `${name}-sealer`,
    {
      ...settings.common,
      functionName: `${settings.prefix}-sealer`,
      handler: handlers.sealer,
      timeout: 900,
      memorySize: 1024,
      environment: {
        EVIDENCE_BUCKET: bucket.name,
        SIGNING_KEY: signingKey.arn,
        ...(previousSigningKeyArn ? { PREVIOUS_SIGNING_KEY: previousSigningKeyArn } : {}),
        SEAL_DEADLINE_MINUTES: String(settings.sealDeadlineMinutes),
        ...(timestampAuthorities.length ? { TIMESTAMP_AUTHORITIES: timestampAuthorities.join(",") } : {}),
        ...(witnessFunctionArns.length ? { WITNESS_FUNCTIONS: witnessFunctionArns.join(",") } : {}),
        ...(tabulator ? { TABULATOR_FUNCTION: tabulator.name } : {}),
      },
      permissions: pulumi
        .all([bucket.arn, signingKey.arn, previousSigningKeyArn, tabulator?.arn])
        .apply(([bucketArn, keyArn, previousKeyArn, tabulatorArn]) =>
          sealerPermissions({
            bucketArn,
            keyArns: [keyArn, ...(previousKeyArn ? [previousKeyArn] : [])],
            tabulatorArn,
            witnessArns: witnessFunctionArns,
            isStamped: timestampAuthorities.length > 0,
          }),
        ),
    },
    child,
  );
}

/** Records the outcomes of tasks that died. */
export function recorderFunction(system: System, sealer: SystemFunction): SystemFunction {
  const { name, args, settings, bucket, handlers, child } = system;
  return new SystemFunction(
    `${name}-recorder`,
    {
      ...settings.common,
      functionName: `${settings.prefix}-recorder`,
      handler: handlers.recorder,
      timeout: 60,
      memorySize: 256,
      environment: { EVIDENCE_BUCKET: bucket.name, SEALER_FUNCTION: sealer.name },
      permissions: pulumi
        .all([bucket.arn, sealer.arn, pulumi.all(args.auditors.map((auditor) => auditorArn(system, auditor)))])
        .apply((arns) => recorderPermissions(...arns)),
    },
    child,
  );
}

/** A function for each auditor, in their order. */
export const auditorFunctions = (system: System, sealer: SystemFunction, recorder: SystemFunction): SystemFunction[] =>
  system.args.auditors.map((auditor, index) => {
    const { name, args, settings, here, bucket, externalId, digestKey, handlers, child } = system;
    const { crossAccountRoleName } = settings;
    return new SystemFunction(
      `${name}-get-meta-${auditor.name}`,
      {
        ...settings.common,
        functionName: auditorFunctionName(settings.prefix, auditor),
        handler: handlers.auditors[index]!,
        timeout: 900,
        memorySize: AUDITOR_MEMORY,
        environment: {
          EVIDENCE_BUCKET: bucket.name,
          CROSS_ACCOUNT_ROLE_NAME: crossAccountRoleName,
          EXTERNAL_ID: externalId,
          DIGEST_KEY: digestKey,
          ...(args.apiShare === undefined ? {} : { API_SHARE: String(args.apiShare) }),
          SEAL_DEADLINE_MINUTES: String(settings.sealDeadlineMinutes),
          SEALER_FUNCTION: sealer.name,
        },
        permissions: pulumi
          .all([bucket.arn, sealer.arn, recorder.arn, here.partition, auditorArn(system, auditor), here.accountId])
          .apply(([bucketArn, sealerArn, recorderArn, partition, ownArn, accountId]) =>
            auditorPermissions({
              bucketArn,
              auditor: auditor.name,
              resourceTypes: typesOf(auditor),
              othersTypes: args.auditors.filter((each) => each !== auditor).flatMap(typesOf),
              partition,
              accountId,
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
    );
  });

/** Plans runs and starts their tasks. */
export function bossFunction(
  { name, settings, bucket, handlers, child }: System,
  sealer: SystemFunction,
  auditors: readonly SystemFunction[],
  list: AccountList | undefined,
): SystemFunction {
  const { prefix, organization, regions } = settings;
  return new SystemFunction(
    `${name}-boss`,
    {
      ...settings.common,
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
}

/** Looks at member accounts for `itaudit doctor`. */
export function doctorFunction({ name, settings, here, externalId, handlers, child }: System): SystemFunction {
  const { crossAccountRoleName } = settings;
  return new SystemFunction(
    `${name}-doctor`,
    {
      ...settings.common,
      functionName: `${settings.prefix}-doctor`,
      handler: handlers.doctor,
      timeout: 300,
      memorySize: 512,
      environment: { CROSS_ACCOUNT_ROLE_NAME: crossAccountRoleName, EXTERNAL_ID: externalId },
      permissions: here.partition.apply((partition) => doctorPermissions(partition, crossAccountRoleName)),
    },
    child,
  );
}
