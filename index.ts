import * as pulumi from "@pulumi/pulumi";
import { auditStack } from "./stacks/audit.ts";
import { kindOf } from "./stacks/config/kind.ts";
import { ConfigError } from "./stacks/config/value.ts";
import { memberStack } from "./stacks/member.ts";
import { rolloutStack } from "./stacks/rollout.ts";

const stacks = { audit: auditStack, member: memberStack, rollout: rolloutStack };

/** The Pulumi program: one account's stack, of the kind its configuration says. */
async function outputs(): Promise<Record<string, unknown>> {
  const config = new pulumi.Config("audit-ecosystem");
  try {
    return await stacks[kindOf(config)](config);
  } catch (error) {
    // Pulumi shows a RunError's message alone, where it would print the stack of another.
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

export const {
  auditAccountId,
  bucketName,
  bossName,
  auditorNames,
  auditorRoleArns,
  externalId,
  signingPublicKey,
  sealerName,
  doctorName,
  parameterName,
  databaseName,
  workgroupName,
  configRuleNames,
  pipelineRoles,
  roleArn,
  stackSetName,
} = await outputs();
