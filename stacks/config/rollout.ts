import { type MemberSettings, memberSettings } from "./member.ts";
import { read } from "./read.ts";
import { configRulesOf } from "./rules.ts";
import { ConfigError, type ConfigSource, set } from "./value.ts";

export interface RolloutSettings extends MemberSettings {
  organizationalUnits: string[];
  delegatedAdministrator: boolean;
}

/** Settings of the stack that gives the role to a whole organization. @throws ConfigError naming key, value and remedy */
export function rolloutSettings(config: ConfigSource): RolloutSettings {
  const organizationalUnits = read(config, "organizationalUnits");
  if (!organizationalUnits.length)
    throw new ConfigError(
      "organizationalUnits",
      undefined,
      "the units whose accounts get the role must be named; the organization's root stands for all",
      set("organizationalUnits", "r-abcd"),
    );
  if (configRulesOf(config))
    throw new ConfigError(
      "configRules",
      config.get("configRules"),
      "a StackSet's instances have the role alone",
      "pulumi config set configRules organization in the audit account's stack, or true in those of single members",
    );
  return {
    ...memberSettings(config, "rollout"),
    organizationalUnits,
    delegatedAdministrator: read(config, "rolloutFrom") === "delegated-administrator",
  };
}
