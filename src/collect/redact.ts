import { createHmac } from "node:crypto";

/** What stands in evidence where a secret could be. */
export interface Digest {
  /** Equal for equal values of one account, run after run; says nothing to who does not have the key. */
  digest: `hmac-sha256:${string}`;
  /** The names in it, sorted, where it was a map or a structure. */
  keys?: string[];
}

/**
 * Replaces the values at the paths by digests. A path leads through lists; `*` stands for every key of a map.
 * What is given is not changed.
 */
export const redact = (
  configuration: Record<string, unknown>,
  paths: readonly string[],
  digest: (value: unknown) => Digest,
): Record<string, unknown> =>
  paths.reduce((result, path) => at(result, path.split("."), digest) as Record<string, unknown>, configuration);

/**
 * Replaces every member whose name says that it can carry a secret, at any depth; a text of JSON that has one becomes
 * a digest as a whole. What is given is not changed.
 */
export function redactNamed(value: unknown, name: RegExp, digest: (value: unknown) => Digest): unknown {
  if (typeof value === "string") return hasNamed(jsonIn(value), name) ? digest(value) : value;
  if (Array.isArray(value)) return value.map((each) => redactNamed(each, name, digest));
  if (value === null || typeof value !== "object" || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, each]) => [
      member,
      name.test(member) ? digest(each) : redactNamed(each, name, digest),
    ]),
  );
}

function at(value: unknown, [member, ...rest]: string[], digest: (value: unknown) => Digest): unknown {
  if (value === null || value === undefined) return value;
  if (member === undefined) return digest(value);
  if (Array.isArray(value)) return value.map((each) => at(each, [member, ...rest], digest));
  if (typeof value !== "object") return value;
  const found = value as Record<string, unknown>;
  if (member === "*")
    return Object.fromEntries(Object.entries(found).map(([key, each]) => [key, at(each, rest, digest)]));
  return member in found ? { ...found, [member]: at(found[member], rest, digest) } : value;
}

/**
 * Digests of one account. A plain hash of a password can be guessed by who holds the evidence; this one is keyed
 * with the deployment's secret, and differs between accounts.
 */
export function digestsOf(key: string, account: string): (value: unknown) => Digest {
  const ofAccount = createHmac("sha256", key).update(account).digest();
  return (value) => {
    const hex = createHmac("sha256", ofAccount).update(sorted(value)).digest("hex");
    const keys =
      typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
        ? Object.keys(value).sort()
        : undefined;
    return { digest: `hmac-sha256:${hex}`, ...(keys ? { keys } : {}) };
  };
}

/** JSON with the keys in order: the same value gives the same text. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    each instanceof Uint8Array
      ? Buffer.from(each).toString("base64")
      : each !== null && typeof each === "object" && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
  );

const jsonIn = (text: string): unknown => {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const hasNamed = (value: unknown, name: RegExp): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).some(([member, each]) => (!Array.isArray(value) && name.test(member)) || hasNamed(each, name));
