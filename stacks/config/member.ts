import type { UndeclaredTypes } from "../../src/auditors/registry.ts";
import { isAccountId } from "./accounts.ts";
import { auditorsOf, undeclared } from "./collected.ts";
import { externalIdOf, roleNameOf } from "./role.ts";
import { hasConfigRules } from "./rules.ts";
import { ConfigError, type ConfigSource, choice, matching, set, text } from "./value.ts";

export interface MemberSettings extends UndeclaredTypes {
  /** Undefined where `auditStack` tells it. */
  auditAccountId?: string;
  externalId?: string;
  /** Name of the audit account's stack, `organization/project/stack`. */
  auditStack?: string;
  auditors: string[];
  crossAccountRoleName: string;
  memberPolicy: "generated" | "SecurityAudit" | "ReadOnlyAccess";
  organizationId?: string;
  /** Whether controls are rules of AWS Config in this account too. */
  configRules: boolean;
}

/** Settings of a member account's stack. @throws ConfigError naming key, value and remedy */
export function memberSettings(config: ConfigSource): MemberSettings {
  const auditStack = text(config, "auditStack");
  const auditAccountId = text(config, "auditAccountId");
  if (auditAccountId !== undefined && !isAccountId(auditAccountId))
    throw new ConfigError(
      "auditAccountId",
      auditAccountId,
      "an AWS account id has 12 digits",
      set("auditAccountId", "999999999999"),
    );
  const externalId = externalIdOf(config);
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
      `${set("externalId", '"$(pulumi stack output externalId --stack audit)"')}`,
    );
  const organizationId = matching(
    config,
    "organizationId",
    /^o-[a-z0-9]{10,32}$/,
    "an organization's id starts with o-",
    "o-abcdefghij",
  );
  return {
    ...(auditStack ? { auditStack } : {}),
    ...(auditAccountId ? { auditAccountId } : {}),
    ...(externalId ? { externalId } : {}),
    auditors: auditorsOf(config),
    ...undeclared(config),
    configRules: hasConfigRules(config),
    crossAccountRoleName: roleNameOf(config),
    memberPolicy: choice(config, "memberPolicy", ["generated", "SecurityAudit", "ReadOnlyAccess"], "generated"),
    ...(organizationId ? { organizationId } : {}),
  };
}
