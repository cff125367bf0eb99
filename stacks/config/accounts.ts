import { ConfigError, type ConfigSource, list, set } from "./value.ts";

/** Whether it is written as an AWS account id. */
export const isAccountId = (text: string): boolean => /^\d{12}$/.test(text);

export function accountIds(config: ConfigSource, key: string): string[] {
  const remedy = set(key, "111111111111,222222222222");
  const ids = list(config, key);
  for (const id of ids) {
    if (/^\d{9,11}$/.test(id))
      throw new ConfigError(
        key,
        id,
        "an AWS account id has 12 digits, and YAML takes the leading zeros off a number that is not in quotes",
        `"${id.padStart(12, "0")}" in quotes in the stack's file, or ${remedy}`,
      );
    if (!isAccountId(id)) throw new ConfigError(key, id, "an AWS account id has 12 digits", remedy);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice) throw new ConfigError(key, twice, "the account is listed twice", remedy);
  return ids;
}

export function unitsOf(config: ConfigSource): string[] {
  const units = list(config, "organizationalUnits");
  for (const unit of units)
    if (!/^(ou|r)-[a-z0-9-]+$/.test(unit))
      throw new ConfigError(
        "organizationalUnits",
        unit,
        "the id of an organizational unit starts with ou- or r-",
        set("organizationalUnits", "ou-abcd-11111111"),
      );
  return units;
}
