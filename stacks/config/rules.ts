import { accountIds } from "./accounts.ts";
import { ConfigError, type ConfigSource, choice, set } from "./value.ts";

/** Where controls are rules of AWS Config too. */
export type ConfigRulesSettings = { for: "account" } | { for: "organization"; exclude: string[] };

const KEY = "configRules";
/** Accounts that an organization's rule can leave out. */
const EXCLUDED = 1000;

/** Undefined: nowhere. */
export function configRulesOf(config: ConfigSource): ConfigRulesSettings | undefined {
  const where = choice(config, KEY, ["true", "false", "organization"], "false");
  if (where === "false") return undefined;
  if (where === "true") return { for: "account" };
  const exclude = accountIds(config, "excludeAccounts");
  if (exclude.length > EXCLUDED)
    throw new ConfigError(
      "excludeAccounts",
      `${exclude.length} accounts`,
      `a rule of an organization leaves out ${EXCLUDED} at most`,
      `${set(KEY, "true")} in the stacks of single members`,
    );
  return { for: "organization", exclude };
}

/** Whether a member account's own stack makes rules in that account. */
export function hasConfigRules(config: ConfigSource): boolean {
  const where = configRulesOf(config)?.for;
  if (where === "organization")
    throw new ConfigError(
      KEY,
      where,
      "rules of a whole organization are made by the audit account's stack",
      `${set(KEY, "true")} for this account alone`,
    );
  return where === "account";
}
