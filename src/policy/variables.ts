/**
 * Policy variables: `${aws:username}`, with a default `${aws:PrincipalTag/team, 'none'}`, and the letters `${*}`,
 * `${?}`, `${$}` that are no wildcards.
 *
 * Exports: {@link expandVariables}, {@link Expanded}, {@link hasVariables}.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
import { type RequestContext, UNKNOWN } from "./context.ts";
import type { Policy } from "./parse.ts";

/**
 * Texts stand for themselves; patterns may hold wildcards. Without a value (`valueless`), nothing equals it; `key`: the
 * variable whose value nobody knows.
 */
export type Expanded = { parts: (string | { pattern: string })[] } | { valueless: string } | { key: string };

const VARIABLE = /\$\{([^{}]*)\}/g;

/** Whether a text of a policy holds variables of the language's version. */
export const hasVariables = (text: string, version: Policy["version"]): boolean =>
  version === "2012-10-17" && text.includes("${");

/** A variable's value is taken letter by letter: wildcards in it are none. */
export function expandVariables(text: string, version: Policy["version"], context: RequestContext): Expanded {
  if (!hasVariables(text, version)) return { parts: [{ pattern: text }] };
  const parts: (string | { pattern: string })[] = [];
  let end = 0;
  for (const found of text.matchAll(VARIABLE)) {
    const [whole, inside = ""] = found;
    if (found.index > end) parts.push({ pattern: text.slice(end, found.index) });
    end = found.index + whole.length;
    if (inside === "*" || inside === "?" || inside === "$") {
      parts.push(inside);
      continue;
    }
    const [, key = "", standby] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inside) ?? [];
    const values = context.get(key);
    if (values === UNKNOWN) return { key };
    // Of a key with several values no single one can be put in: AWS takes keys with one value only.
    const value = values?.length === 1 ? values[0] : standby;
    if (value === undefined) return { valueless: key };
    parts.push(value);
  }
  if (end < text.length) parts.push({ pattern: text.slice(end) });
  return { parts };
}
