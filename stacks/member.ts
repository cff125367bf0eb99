import * as pulumi from "@pulumi/pulumi";
import { withMandatory } from "../components/mandatory.ts";
import { MemberAccount, type MemberAccountArgs } from "../components/memberAccount.ts";
import { loadAuditors } from "../src/auditors/registry.ts";
import { mandatoryOf } from "./config/mandatory.ts";
import { type MemberSettings, memberSettings } from "./config/member.ts";
import type { ConfigSource } from "./config/value.ts";
import { configRules } from "./configRules.ts";

/** A member account's stack. What the configuration does not say is asked of the audit account's stack. */
export async function memberStack(config: ConfigSource): Promise<Record<string, pulumi.Input<unknown>>> {
  const { configRules: hasRules, ...settings } = memberSettings(config);
  const mandatory = mandatoryOf(config);
  const member = new MemberAccount("member", await memberArgs(settings), withMandatory(mandatory));
  return {
    roleArn: member.roleArn,
    configRuleNames: hasRules ? await configRules("audit", 90, withMandatory(mandatory)) : undefined,
  };
}

/** What the role is made from, with the audit account's id and external id as configured or as its stack says. */
export async function memberArgs(settings: Omit<MemberSettings, "configRules">): Promise<MemberAccountArgs> {
  const { auditStack, auditAccountId, externalId, crossAccountRoleName, ...rest } = settings;
  const audit = auditStack ? new pulumi.StackReference(auditStack) : undefined;
  const told = (value: string | undefined, output: string): pulumi.Input<string> =>
    value ?? (audit?.requireOutput(output) as pulumi.Output<string>);
  return {
    ...rest,
    // An AWS managed policy needs no declarations.
    auditors: settings.memberPolicy === "generated" ? await loadAuditors(settings.auditors, settings) : [],
    roleName: crossAccountRoleName,
    auditAccountId: told(auditAccountId, "auditAccountId"),
    externalId: told(externalId, "externalId"),
  };
}
