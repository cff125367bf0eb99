/**
 * IAM's wildcards: matching, containment and overlap of patterns. `*` is any characters, `?` is one; which of them
 * cross the colons of an ARN depends on where the pattern stands.
 *
 * Exports:
 * - {@link matchesText}, {@link matchesAction}, {@link matchesResource}, {@link matchesArn}: a pattern and a value
 * - {@link contains}`(patterns, pattern, kind)`: whether the patterns together match all that the one does
 * - {@link overlaps}`(a, b, kind)`: whether something matches both
 * - {@link isEveryAction}`(patterns)`, {@link isEveryResource}`(patterns)`: everything, however it is spelled
 * - {@link Glob}, {@link globOf}, {@link globMatches}: patterns of which some characters are letters though they look
 *   like wildcards (values of policy variables)
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

/** Any characters; one character; the same within one component of an ARN. */
const ANY = 0;
const ONE = 1;
const ANY_INSIDE = 2;
const ONE_INSIDE = 3;

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

const isMany = (token: string | number | undefined): boolean => token === ANY || token === ANY_INSIDE;

const takes = (token: string | number, letter: string): boolean =>
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

const GLOBS_KEPT = 20_000;
const globs = new Map<string, Glob>();

function compiled(pattern: string, kind: PatternKind): Glob {
  const name = `${kind} ${pattern}`;
  let glob = globs.get(name);
  if (!glob) {
    glob = globOf([{ pattern }], kind);
    if (globs.size >= GLOBS_KEPT) globs.clear();
    globs.set(name, glob);
  }
  return glob;
}

/** `StringLike`: wildcards anywhere, with regard to case. */
export const matchesText = (pattern: string, text: string): boolean =>
  pattern === "*" || globMatches(compiled(pattern, "text"), text);

/** An `Action` element: no regard to case. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
export const matchesAction = (pattern: string, action: string): boolean =>
  pattern === "*" || globMatches(compiled(pattern, "action"), action.toLowerCase());

/** A `Resource` element. */
export const matchesResource = (pattern: string, arn: string): boolean =>
  pattern === "*" || globMatches(compiled(pattern, "resource"), arn);

/** `ArnLike`, `ArnEquals`. */
export const matchesArn = (pattern: string, arn: string): boolean => globMatches(compiled(pattern, "arn"), arn);

/** The letters that tell patterns apart: their own, the colon, and one that stands for all others. */
function alphabetOf(globs: readonly Glob[]): string[] {
  const letters = new Set<string>([":", "\u0000"]);
  for (const glob of globs) for (const token of glob) if (typeof token === "string") letters.add(token);
  return [...letters];
}

/** All positions that can be reached without a letter. */
function closed(glob: Glob, positions: Iterable<number>): number[] {
  const all = new Set<number>();
  for (let position of positions) {
    all.add(position);
    while (isMany(glob[position])) all.add(++position);
  }
  return [...all].sort((a, b) => a - b);
}

const step = (glob: Glob, positions: readonly number[], letter: string): number[] =>
  closed(
    glob,
    positions.flatMap((at) => {
      const token = glob[at];
      return token === undefined || !takes(token, letter) ? [] : [isMany(token) ? at : at + 1];
    }),
  );

/** Beyond this many combinations of positions an answer is not sought any further. */
const STATES = 50_000;

/** Whether every text that `inner` matches is matched by one of `outer`; false also where that is too long to find out. */
function globContains(outer: readonly Glob[], inner: Glob): boolean {
  const alphabet = alphabetOf([...outer, inner]);
  const begin = { inner: closed(inner, [0]), outer: outer.map((glob) => closed(glob, [0])) };
  const seen = new Set<string>();
  const todo = [begin];
  for (let now = todo.pop(); now; now = todo.pop()) {
    const name = JSON.stringify(now);
    if (seen.has(name)) continue;
    if (seen.size >= STATES) return false;
    seen.add(name);
    const { inner: here, outer: there } = now;
    if (here.includes(inner.length) && !there.some((positions, at) => positions.includes(outer[at]!.length)))
      return false;
    for (const letter of alphabet) {
      const next = step(inner, here, letter);
      if (next.length)
        todo.push({ inner: next, outer: there.map((positions, at) => step(outer[at]!, positions, letter)) });
    }
  }
  return true;
}

function globsOverlap(a: Glob, b: Glob): boolean {
  const alphabet = alphabetOf([a, b]);
  const seen = new Set<string>();
  const todo: [number[], number[]][] = [[closed(a, [0]), closed(b, [0])]];
  for (let now = todo.pop(); now; now = todo.pop()) {
    const [inA, inB] = now;
    const name = `${inA} ${inB}`;
    if (seen.has(name)) continue;
    if (seen.size >= STATES) return true;
    seen.add(name);
    if (inA.includes(a.length) && inB.includes(b.length)) return true;
    for (const letter of alphabet) {
      const next: [number[], number[]] = [step(a, inA, letter), step(b, inB, letter)];
      if (next[0].length && next[1].length) todo.push(next);
    }
  }
  return false;
}

/**
 * Whether `patterns` together match everything that `pattern` matches. Exact for texts of any form; where the patterns
 * are so entangled that this would take too long, false.
 */
export function contains(patterns: readonly string[], pattern: string, kind: PatternKind): boolean {
  if (patterns.includes(pattern) || patterns.includes("*")) return true;
  return globContains(
    patterns.map((each) => compiled(each, kind)),
    compiled(pattern, kind),
  );
}

/** Whether something matches both patterns; true also where that would take too long to find out. */
export const overlaps = (a: string, b: string, kind: PatternKind): boolean =>
  globsOverlap(compiled(a, kind), compiled(b, kind));

/** Whether action patterns together come to every action: `*`, `*:*`, `**`, … */
export const isEveryAction = (patterns: readonly string[]): boolean =>
  // Most patterns miss something that nobody names, and that is told at once.
  patterns.some((each) => matchesAction(each, "x7:y7")) && contains(patterns, "?*:?*", "action");

/** Whether resource patterns together come to every ARN of a partition: `*`, `arn:aws:*`, `arn:aws:*:*:*:*`, … */
export const isEveryResource = (patterns: readonly string[]): boolean =>
  ["aws", "aws-cn", "aws-us-gov"].some(
    (partition) =>
      patterns.some((each) => matchesResource(each, `arn:${partition}:x7:y7:z7:w7`)) &&
      globContains(
        patterns.map((each) => compiled(each, "resource")),
        everyArn(partition),
      ),
  );

const everyArn = (partition: string): Glob => [
  ...`arn:${partition}:`,
  ...[ONE_INSIDE, ANY_INSIDE, ":", ANY_INSIDE, ":", ANY_INSIDE, ":", ONE, ANY],
];
