import { read } from "./read.ts";
import { ConfigError, type ConfigSource, set } from "./value.ts";

/** Where controls are rules of AWS Config too. */
export type ConfigRulesSettings = { for: "account" } | { for: "organization"; exclude: string[] };

/** Accounts that an organization's rule can leave out. */
const EXCLUDED = 1000;

/** Undefined: nowhere. */
export function configRulesOf(config: ConfigSource): ConfigRulesSettings | undefined {
  const where = read(config, "configRules");
  if (where === "false") return undefined;
  if (where === "true") return { for: "account" };
  const exclude = read(config, "excludeAccounts");
  if (exclude.length > EXCLUDED)
    throw new ConfigError(
      "excludeAccounts",
      `${exclude.length} accounts`,
      `a rule of an organization leaves out ${EXCLUDED} at most`,
      `${set("configRules", "true")} in the stacks of single members`,
    );
  return { for: "organization", exclude };
}

/** Whether a member account's own stack makes rules in that account. */
export function hasConfigRules(config: ConfigSource): boolean {
  const where = configRulesOf(config)?.for;
  if (where === "organization")
    throw new ConfigError(
      "configRules",
      where,
      "rules of a whole organization are made by the audit account's stack",
      `${set("configRules", "true")} for this account alone`,
    );
  return where === "account";
}
