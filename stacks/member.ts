import * as pulumi from "@pulumi/pulumi";
import { MemberAccount } from "../components/memberAccount.ts";
import { type ConfigSource, memberSettings } from "./config.ts";

/** A member account's stack. What the configuration does not say is asked of the audit account's stack. */
export function memberStack(config: ConfigSource): Record<string, pulumi.Input<unknown>> {
  const { auditStack, auditAccountId, externalId, crossAccountRoleName, ...settings } = memberSettings(config);
  const audit = auditStack ? new pulumi.StackReference(auditStack) : undefined;
  const told = (value: string | undefined, output: string): pulumi.Input<string> =>
    value ?? (audit?.requireOutput(output) as pulumi.Output<string>);
  const member = new MemberAccount("member", {
    ...settings,
    roleName: crossAccountRoleName,
    auditAccountId: told(auditAccountId, "auditAccountId"),
    externalId: told(externalId, "externalId"),
  });
  return { roleArn: member.roleArn };
}
