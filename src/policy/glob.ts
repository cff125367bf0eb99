/**
 * A pattern of IAM as a list of characters and wildcards, and whether it matches a text.
 *
 * Exports:
 * - {@link Glob}, {@link globOf}, {@link globMatches}: patterns of which some characters are letters though they look
 *   like wildcards (values of policy variables)
 * - {@link ANY}, {@link ONE}, {@link ANY_INSIDE}, {@link ONE_INSIDE}, {@link isMany}, {@link takes}: what wildcards take
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

/** Any characters; one character; the same within one component of an ARN. */
export const ANY = 0;
export const ONE = 1;
export const ANY_INSIDE = 2;
export const ONE_INSIDE = 3;

/** A pattern: characters that stand for themselves, and numbers that are wildcards. */
export type Glob = readonly (string | number)[];

/**
 * What a pattern is matched against: a plain text (`StringLike`), an action (no regard to case), the ARN of a statement's
 * `Resource`, or the ARN of an `ArnLike` condition.
 */
export type PatternKind = "text" | "action" | "resource" | "arn";

const wildcards = (text: string): (string | number)[] =>
  Array.from({ length: text.length }, (_, at) => {
    const each = text.charAt(at);
    return each === "*" ? ANY : each === "?" ? ONE : each;
  });

/**
 * Wildcards keep to their component of the ARN before the fifth colon. In `Resource`, a `*` that ends a component goes
 * beyond it; in `ArnLike` and `ArnEquals` the six components are compared one by one, so a pattern that has fewer of
 * them matches nothing, unless it is `*` alone.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
function segmented(glob: readonly (string | number)[], kind: PatternKind): Glob {
  let colons = 0;
  return glob.map((each, at) => {
    if (each === ":") colons++;
    if (typeof each === "string" || colons >= 5) return each;
    if (each === ONE) return ONE_INSIDE;
    const next = glob[at + 1];
    const goesOn = kind === "resource" ? next === undefined || next === ":" : glob.length === 1;
    return goesOn ? ANY : ANY_INSIDE;
  });
}

/** A pattern in which texts are matched literally and `{ pattern }` has wildcards, for the given kind of value. */
export function globOf(parts: readonly (string | { pattern: string })[], kind: PatternKind): Glob {
  const glob = parts.flatMap((part) => (typeof part === "string" ? part.split("") : wildcards(part.pattern)));
  if (kind === "action") return glob.map((each) => (typeof each === "string" ? each.toLowerCase() : each));
  return kind === "text" ? glob : segmented(glob, kind);
}

/** Whether a token stands for any number of characters. */
export const isMany = (token: string | number | undefined): boolean => token === ANY || token === ANY_INSIDE;

/** Whether a token can stand for a letter. */
export const takes = (token: string | number, letter: string): boolean =>
  typeof token === "string" ? token === letter : token === ANY || token === ONE || letter !== ":";

/** Whether a pattern matches a text: in time proportional to the product of their lengths, whatever the pattern. */
export function globMatches(glob: Glob, text: string): boolean {
  let start = 0;
  while (start < glob.length && typeof glob[start] === "string") {
    if (glob[start] !== text[start]) return false;
    start++;
  }
  if (start === glob.length) return text.length === start;
  let now = new Uint8Array(glob.length + 1);
  now[start] = 1;
  spread(glob, now);
  for (let at = start; at < text.length; at++) {
    const letter = text.charAt(at);
    const next = new Uint8Array(glob.length + 1);
    let alive = false;
    for (let state = start; state < glob.length; state++) {
      const token = glob[state]!;
      if (!now[state] || !takes(token, letter)) continue;
      next[isMany(token) ? state : state + 1] = 1;
      alive = true;
    }
    if (!alive) return false;
    spread(glob, next);
    now = next;
  }
  return now[glob.length] === 1;
}

/** A `*` may stand for nothing. */
function spread(glob: Glob, states: Uint8Array): void {
  for (let state = 0; state < glob.length; state++) if (states[state] && isMany(glob[state])) states[state + 1] = 1;
}
