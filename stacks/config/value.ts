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

/** An object without the members that are undefined. */
export type Defined<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & { [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined> };

export const defined = <T extends object>(object: T): Defined<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
