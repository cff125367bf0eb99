import { isDeepStrictEqual } from "node:util";

/** AWS gives policies back with lists in another order, and a list of one as its one. */
function plain(value: unknown): unknown {
  if (Array.isArray(value))
    return value.length === 1
      ? plain(value[0])
      : value.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, plain(each)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Whether two policies say the same. */
export const samePolicy = (a: unknown, b: unknown): boolean => isDeepStrictEqual(plain(a), plain(b));
