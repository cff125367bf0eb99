/** A stack's configuration cannot be used: which key, what it says, why not, and what to do. */
export class ConfigError extends Error {
  constructor(key: string, value: unknown, problem: string, remedy: string) {
    super(`${key}: ${value === undefined ? "not set" : shown(value)} — ${problem}. Try: ${remedy}`);
    this.name = "ConfigError";
  }
}

const SHOWN_AT_MOST = 400;

/** Of many lines the first: what is pasted into a wrong key may be a private key. */
function shown(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const [first = "", ...more] = value.split("\n");
  const short = first.slice(0, SHOWN_AT_MOST);
  return JSON.stringify(more.length || short.length < first.length ? `${short}…` : short);
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
