import type { UndeclaredTypes } from "../../src/auditors/registry.ts";
import { auditorsOf, undeclared } from "./collected.ts";
import { refuseIneffective } from "./effect.ts";
import { read } from "./read.ts";
import { hasConfigRules } from "./rules.ts";
import { ConfigError, type ConfigSource, defined, set } from "./value.ts";

export interface MemberSettings extends UndeclaredTypes {
  /** Undefined where `auditStack` tells it. */
  auditAccountId?: string;
  externalId?: string;
  /** Name of the audit account's stack, `organization/project/stack`. */
  auditStack?: string;
  /** Empty where the policy is not generated. */
  auditors: string[];
  crossAccountRoleName: string;
  memberPolicy: "generated" | "SecurityAudit" | "ReadOnlyAccess";
  organizationId?: string;
  /** Whether controls are rules of AWS Config in this account too. */
  configRules: boolean;
}

/** Settings of a member account's stack. @throws ConfigError naming key, value and remedy */
export function memberSettings(config: ConfigSource, kind: "member" | "rollout" = "member"): MemberSettings {
  refuseIneffective(config, kind);
  const auditStack = read(config, "auditStack");
  const auditAccountId = read(config, "auditAccountId");
  const externalId = read(config, "externalId");
  if (!auditStack && !auditAccountId)
    throw new ConfigError(
      "auditAccountId",
      undefined,
      "the role must know whom to trust",
      `${set("auditAccountId", "999999999999")}, or ${set("auditStack", "organization/audit-ecosystem/audit")}`,
    );
  if (!auditStack && !externalId)
    throw new ConfigError(
      "externalId",
      undefined,
      "without it anyone who learns of the role could ask to be let in",
      set("externalId", '"$(pulumi stack output externalId --stack audit)"'),
    );
  const memberPolicy = read(config, "memberPolicy");
  const generatedFrom = { auditors: auditorsOf(config), ...undeclared(config) };
  return defined({
    // It is asked for what is not set.
    auditStack: auditAccountId && externalId ? undefined : auditStack,
    auditAccountId,
    externalId,
    // One of AWS's own policies needs no declarations.
    ...(memberPolicy === "generated" ? generatedFrom : { auditors: [] }),
    configRules: hasConfigRules(config),
    crossAccountRoleName: read(config, "crossAccountRoleName"),
    memberPolicy,
    organizationId: read(config, "organizationId"),
  });
}
