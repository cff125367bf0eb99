/**
 * The context of a request: condition keys and their values. A key is known with its values, known to be absent, or
 * its value is not known.
 *
 * Exports: {@link RequestContext}, {@link ContextValues}, {@link contextOf}, {@link UNKNOWN}.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html
 */

export const UNKNOWN = "unknown";

/** Values by key; a list is a key with several values. */
export type ContextValues = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface RequestContext {
  /** The key's values, undefined where it is absent, or {@link UNKNOWN}. Names have no regard to case. */
  get(key: string): readonly string[] | undefined | typeof UNKNOWN;
}

/**
 * @param values keys that are known; a key with an empty list is absent
 * @param unknown keys whose values nobody knows; `*` at the end stands for any rest (`aws:PrincipalTag/*`)
 */
export function contextOf(values: ContextValues, unknown: readonly string[] = []): RequestContext {
  const known = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    const list = Array.isArray(value) ? value.map(String) : [String(value)];
    if (list.length) known.set(key.toLowerCase(), list);
  }
  const names = new Set(unknown.map((each) => each.toLowerCase()));
  const beginnings = [...names].filter((each) => each.endsWith("*")).map((each) => each.slice(0, -1));
  return {
    get(key) {
      const name = key.toLowerCase();
      if (names.has(name)) return UNKNOWN;
      return known.get(name) ?? (beginnings.some((each) => name.startsWith(each)) ? UNKNOWN : undefined);
    },
  };
}
