import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { AuditAccount } from "../components/auditAccount.ts";
import { withMandatory } from "../components/mandatory.ts";
import { loadControls } from "../src/controls/control.ts";
import { askedTypes } from "./askedTypes.ts";
import { auditSettings } from "./config/audit.ts";
import { mandatoryOf } from "./config/mandatory.ts";
import type { ConfigSource } from "./config/value.ts";
import { auditRules } from "./configRules.ts";
import { refuseElsewhere } from "./home.ts";
import { notificationsOf } from "./notifications.ts";
import { loadOutlines } from "./outlines.ts";
import { pipelineRoles } from "./pipeline.ts";
import { keepsDigestKey } from "./standingKey.ts";

/** The audit account's stack; its outputs are what the member stacks and the CLI ask for. */
export async function auditStack(config: ConfigSource): Promise<Record<string, pulumi.Input<unknown>>> {
  const { pipeline, notify, configRules: rules, ...settings } = auditSettings(config);
  await refuseElsewhere(config);
  const auditors = await loadOutlines(settings.auditors, settings);
  await keepsDigestKey(settings, auditors);
  const mandatory = withMandatory(mandatoryOf(config));
  const audit = new AuditAccount(
    "audit",
    {
      ...settings,
      auditors,
      ...(settings.catalog ? { askedTypes: await askedTypes(auditors), controls: await loadControls() } : {}),
      ...(notify ? { notifications: await notificationsOf(notify, auditors) } : {}),
    },
    mandatory,
  );
  return {
    auditAccountId: aws.getCallerIdentityOutput().accountId,
    bucketName: audit.bucketName,
    bossName: audit.bossName,
    auditorNames: audit.auditorNames,
    auditorRoleArns: audit.auditorRoleArns,
    externalId: audit.externalId,
    signingPublicKey: audit.signingPublicKey,
    sealerName: audit.sealerName,
    doctorName: audit.doctorName,
    // Pulumi warns of an output that comes to nothing.
    parameterName: "ids" in settings.accounts ? audit.parameterName : undefined,
    databaseName: settings.catalog ? audit.databaseName : undefined,
    workgroupName: settings.catalog ? audit.workgroupName : undefined,
    configRuleNames: rules && (await auditRules(rules, settings, mandatory)),
    pipelineRoles: pipeline && pipelineRoles(pipeline, settings, mandatory),
  };
}
