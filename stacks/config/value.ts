import * as z from "zod";

/** A stack's configuration cannot be used: which key, what it says, why not, and what to do. */
export class ConfigError extends Error {
  constructor(key: string, value: unknown, problem: string, remedy: string) {
    super(`${key}: ${value === undefined ? "not set" : JSON.stringify(value)} — ${problem}. Try: ${remedy}`);
    this.name = "ConfigError";
  }
}

/** How values are read: Pulumi's own config object, or anything like it. */
export interface ConfigSource {
  get(key: string): string | undefined;
}

export const set = (key: string, value: string) => `pulumi config set ${key} ${value}`;

/** A value that is set; Pulumi hands the defaults of `Pulumi.yaml`, empty for what has none. */
export const text = (config: ConfigSource, key: string): string | undefined => config.get(key)?.trim() || undefined;

/** A list given as `a,b` or, by `--path 'key[0]'`, as an array. */
export function list(config: ConfigSource, key: string): string[] {
  const value = text(config, key);
  if (!value) return [];
  if (!value.startsWith("[")) {
    return value
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean);
  }
  const parsed = z.array(z.union([z.string(), z.number()])).safeParse(json(value));
  if (!parsed.success) throw new ConfigError(key, value, "a list of values is expected", set(key, "a,b"));
  return parsed.data.map((each) => String(each).trim());
}

const json = (value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
};

export function choice<T extends string>(config: ConfigSource, key: string, choices: readonly T[], otherwise?: T): T {
  const value = text(config, key) ?? otherwise;
  const chosen = choices.find((each) => each === value);
  if (!chosen) throw new ConfigError(key, value, `one of ${choices.join(", ")} is expected`, set(key, choices[0]!));
  return chosen;
}

export function matching(config: ConfigSource, key: string, pattern: RegExp, problem: string, example: string) {
  const value = text(config, key);
  if (value !== undefined && !pattern.test(value)) throw new ConfigError(key, value, problem, set(key, example));
  return value;
}

export function wholeDays(config: ConfigSource, key: string): number | undefined {
  const value = matching(config, key, /^\d{1,5}$/, "a whole number of days is expected", "365");
  return value === undefined || Number(value) === 0 ? undefined : Number(value);
}

export const topic = (config: ConfigSource, key: string): string | undefined =>
  matching(
    config,
    key,
    /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
    "the ARN of an SNS topic is expected",
    "arn:aws:sns:eu-central-1:999999999999:audit",
  );
