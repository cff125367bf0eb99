import { type Canonical, canonical, isOrdered } from "../tables/canonical.ts";

/** One thing that is otherwise in the second of two values. */
export interface Change {
  /** `MultiAZ`, `Rules[Id=logs].Status`, `SecurityGroups[]`. */
  path: string;
  /** Undefined: it was not there. */
  before?: unknown;
  /** Undefined: it is gone. */
  after?: unknown;
}

/** What is otherwise in a resource; nothing where two reads differ in order or in volatile members alone. */
export const changesBetween = (before: unknown, after: unknown, options?: Canonical): Change[] =>
  compared("", canonical(before, options), canonical(after, options));

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function compared(path: string, before: unknown, after: unknown, ordered = false): Change[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      compared(path ? `${path}.${key}` : key, before[key], after[key], isOrdered(key, ordered)),
    );
  }
  if (Array.isArray(before) && Array.isArray(after))
    return ordered
      ? Array.from({ length: Math.max(before.length, after.length) }, (_, at) =>
          compared(`${path}[${at}]`, before[at], after[at]),
        ).flat()
      : comparedLists(path, before, after);
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

/** Elements that one list has and the other has not; those that are of the same thing are compared in turn. */
function comparedLists(path: string, before: readonly unknown[], after: readonly unknown[]): Change[] {
  const [gone, come] = withoutCommon(before, after);
  const changes: Change[] = [];
  for (const element of gone) {
    const name = nameIn(element, before, after);
    const at = name ? come.findIndex((each) => nameIn(each, before, after) === name) : -1;
    if (at < 0) changes.push({ path: `${path}[]`, before: element });
    else changes.push(...compared(`${path}[${name}]`, element, come.splice(at, 1)[0]));
  }
  return [...changes, ...come.map((element): Change => ({ path: `${path}[]`, after: element }))];
}

function withoutCommon(before: readonly unknown[], after: readonly unknown[]): [unknown[], unknown[]] {
  const left = new Map<string, unknown[]>();
  for (const element of after) {
    const key = JSON.stringify(element);
    left.set(key, [...(left.get(key) ?? []), element]);
  }
  const gone = before.filter((element) => {
    const alike = left.get(JSON.stringify(element));
    if (!alike?.length) return true;
    alike.pop();
    return false;
  });
  return [gone, [...left.values()].flat()];
}

const NAMES = /^(Id|Name|Arn|Key|Sid)$|(Id|Identifier|Name|Arn|ARN)$/i;

/** What an element of a list is of, `Id=logs`: a member with a text that no other element of either list has there. */
function nameIn(element: unknown, ...lists: readonly (readonly unknown[])[]): string | undefined {
  if (!isObject(element)) return undefined;
  for (const [key, value] of Object.entries(element)) {
    if (typeof value !== "string" || !NAMES.test(key)) continue;
    const isUnique = lists.every((list) => list.filter((each) => isObject(each) && each[key] === value).length <= 1);
    if (isUnique) return `${key}=${value}`;
  }
  return undefined;
}
