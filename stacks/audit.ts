import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { AuditAccount } from "../components/auditAccount.ts";
import { auditSettings, type ConfigSource } from "./config.ts";

/** The audit account's stack; its outputs are what the member stacks and the CLI ask for. */
export function auditStack(config: ConfigSource): Record<string, pulumi.Input<unknown>> {
  const audit = new AuditAccount("audit", auditSettings(config));
  return {
    auditAccountId: aws.getCallerIdentityOutput().accountId,
    bucketName: audit.bucketName,
    bossName: audit.bossName,
    auditorNames: audit.auditorNames,
    auditorRoleArns: audit.auditorRoleArns,
    externalId: audit.externalId,
    parameterName: audit.parameterName,
  };
}
