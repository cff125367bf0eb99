import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { withMandatory } from "../components/mandatory.ts";
import { MemberAccount, type MemberAccountArgs } from "../components/memberAccount.ts";
import { mandatoryOf } from "./config/mandatory.ts";
import { type MemberSettings, memberSettings } from "./config/member.ts";
import { ConfigError, type ConfigSource } from "./config/value.ts";
import { configRules } from "./configRules.ts";
import { refuseElsewhere } from "./home.ts";
import { loadOutlines } from "./outlines.ts";

/** A member account's stack. What the configuration does not say is asked of the audit account's stack. */
export async function memberStack(config: ConfigSource): Promise<Record<string, pulumi.Input<unknown>>> {
  const { configRules: hasRules, ...settings } = memberSettings(config);
  const mandatory = mandatoryOf(config);
  await refuseElsewhere(config);
  const args = await memberArgs(settings);
  if (hasRules) await refuseTwice(args.auditAccountId);
  const member = new MemberAccount("member", args, withMandatory(mandatory));
  return {
    roleArn: member.roleArn,
    configRuleNames: hasRules ? await configRules("audit", 90, withMandatory(mandatory)) : undefined,
  };
}

/**
 * The audit account's stack makes the rules there, of the same names.
 * @throws ConfigError where this account is the audit account
 */
async function refuseTwice(auditAccountId: pulumi.Input<string>): Promise<void> {
  const { accountId } = await aws.getCallerIdentity();
  const audit = await new Promise<string>((resolve) => pulumi.output(auditAccountId).apply(resolve));
  if (audit !== accountId) return;
  throw new ConfigError(
    "configRules",
    true,
    `${accountId} is the audit account, whose own stack makes its rules, of the same names`,
    "pulumi config rm configRules here, and pulumi config set configRules true in the audit account's stack",
  );
}

/** What the role is made from, with the audit account's id and external id as configured or as its stack says. */
export async function memberArgs(settings: Omit<MemberSettings, "configRules">): Promise<MemberAccountArgs> {
  const { auditStack, auditAccountId, externalId, crossAccountRoleName, ...rest } = settings;
  const audit = auditStack ? new pulumi.StackReference(auditStack) : undefined;
  const orOutput = (value: string | undefined, output: string): pulumi.Input<string> =>
    value ?? (audit?.requireOutput(output) as pulumi.Output<string>);
  return {
    ...rest,
    auditors: settings.memberPolicy === "generated" ? await loadOutlines(settings.auditors, settings) : [],
    roleName: crossAccountRoleName,
    auditAccountId: orOutput(auditAccountId, "auditAccountId"),
    externalId: orOutput(externalId, "externalId"),
  };
}
