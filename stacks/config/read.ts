import type * as z from "zod";
import { KEYS, type Key } from "./keys.ts";
import { nearest } from "./nearest.ts";
import type { Kind } from "./schema.ts";
import { ConfigError, type ConfigSource, set } from "./value.ts";

type Parsed<K extends Key> = z.output<(typeof KEYS)[K]["schema"]>;
/** What a key comes to: a list is empty and a text undefined where nothing is set and there is no default. */
export type Value<K extends Key> = (typeof KEYS)[K]["default"] extends ""
  ? Parsed<K> extends readonly unknown[]
    ? Parsed<K>
    : Parsed<K> | undefined
  : Parsed<K>;

/** The value of a key, or its default. @throws ConfigError naming key, value and remedy */
export function read<K extends Key>(config: ConfigSource, key: K): Value<K> {
  const { schema, default: otherwise, problem, example } = KEYS[key];
  const given = config.get(key)?.trim() || otherwise;
  const parsed = schema.safeParse(given);
  // Nothing is set: that is a list without elements, and no text.
  if (given === "") return (Array.isArray(parsed.data) ? parsed.data : undefined) as Value<K>;
  if (parsed.success) return parsed.data as Value<K>;
  const [issue] = parsed.error.issues;
  const said = issue?.code === "custom" ? issue.params : undefined;
  const remedies = [said?.remedy, set(key, example)].filter(Boolean).join(", or ");
  throw new ConfigError(
    key,
    key === "digestKey" ? "(hidden)" : (said?.value ?? given),
    said?.problem ?? problem,
    remedies,
  );
}

/** A key that a stack cannot do without. @throws ConfigError */
export function required<K extends Key>(config: ConfigSource, key: K, why: string = KEYS[key].problem) {
  const value = read(config, key);
  if (value === undefined) throw new ConfigError(key, undefined, why, set(key, KEYS[key].example));
  return value as NonNullable<Value<K>>;
}

/** A key that nothing reads, with the one that may have been meant. */
export class UnknownKeyError extends ConfigError {
  /** The value is not told: it may be a secret that was meant for another key. */
  constructor(key: string, similar: Key | undefined) {
    super(key, undefined, "", "");
    const remove = `pulumi config rm ${key}`;
    this.message = similar
      ? `${key}: no such key; is it ${similar}? Try: ${remove}, and ${set(similar, KEYS[similar].example)}`
      : `${key}: no such key. Try: ${remove}; docs/configuration.md has all keys`;
  }
}

/** Refuses a configuration with a key that nothing reads. @throws UnknownKeyError */
export function refuseUnknown(keys: readonly string[]): void {
  const unknown = keys.find((key) => !(key in KEYS));
  if (unknown !== undefined) throw new UnknownKeyError(unknown, nearest(unknown, Object.keys(KEYS)) as Key | undefined);
}

/** Words for a list of kinds: `member or rollout`. */
const either = (kinds: readonly string[]): string =>
  kinds.length < 2 ? kinds.join() : `${kinds.slice(0, -1).join(", ")} or ${kinds.at(-1)}`;

/** Keys whose values no message shows. */
const HIDDEN: readonly string[] = ["digestKey", "externalId"];

/** Whoever sets a key relies on it: in a stack that does not read it, it would be without effect. @throws ConfigError */
export function refuseForeign(config: ConfigSource, kind: Kind): void {
  for (const [key, { kinds, default: otherwise }] of Object.entries(KEYS)) {
    const given = config.get(key)?.trim();
    // Pulumi hands over a project's defaults like values that were set.
    if (!given || given === otherwise || kinds.some((each) => each === kind)) continue;
    throw new ConfigError(
      key,
      HIDDEN.includes(key) ? "(hidden)" : given,
      `this stack is of kind ${kind}, and the key counts in one of kind ${either(kinds)}`,
      `pulumi config rm ${key} here, and set it in the other stack where it is meant to count`,
    );
  }
}
