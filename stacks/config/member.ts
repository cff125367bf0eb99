import type { UndeclaredTypes } from "../../src/auditors/registry.ts";
import { auditorsOf, undeclared } from "./collected.ts";
import { read } from "./read.ts";
import { hasConfigRules } from "./rules.ts";
import { ConfigError, type ConfigSource, defined, set } from "./value.ts";

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
  return defined({
    auditStack,
    auditAccountId,
    externalId,
    auditors: auditorsOf(config),
    ...undeclared(config),
    configRules: hasConfigRules(config),
    crossAccountRoleName: read(config, "crossAccountRoleName"),
    memberPolicy: read(config, "memberPolicy"),
    organizationId: read(config, "organizationId"),
  });
}
