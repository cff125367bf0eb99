import { ConfigError, set } from "./value.ts";

/** What Lambda lets a function's name, and IAM a role's, have. @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const NAME_AT_MOST = 64;
/**
 * Bytes that a function's environment may have, keys and values. Some are for what the program puts there itself.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const ENVIRONMENT_AT_MOST = 4096;
const OWN_ENVIRONMENT = 512;

interface Named {
  namePrefix: string;
  auditors: readonly string[];
  regions: readonly string[];
  accounts: { ids: readonly string[] } | { organizationalUnits: readonly string[]; exclude: readonly string[] };
}

/** Refuses what AWS would refuse in the middle of an update: names and lists that are too long. @throws ConfigError */
export function checkLengths({ namePrefix, auditors, regions, accounts }: Named): void {
  const [longest = ""] = [...auditors].sort((a, b) => b.length - a.length);
  const name = `${namePrefix}-get-meta-${longest}`;
  if (name.length > NAME_AT_MOST)
    throw new ConfigError(
      "namePrefix",
      namePrefix,
      `the function ${name} would have ${name.length} characters, and ${NAME_AT_MOST} is the most`,
      set("namePrefix", namePrefix.slice(0, NAME_AT_MOST - (name.length - namePrefix.length))),
    );
  if ("ids" in accounts) return;
  const room = ENVIRONMENT_AT_MOST - OWN_ENVIRONMENT;
  const lists = [regions, accounts.organizationalUnits, accounts.exclude].map((each) => each.join(","));
  const bytes = lists.join("").length;
  if (bytes > room)
    throw new ConfigError(
      "excludeAccounts",
      `${accounts.exclude.length} accounts`,
      `with the units and regions they have ${bytes} characters, and the boss can be told ${room}`,
      "naming the units to cover (organizationalUnits) so that fewer accounts are to be left out",
    );
}
