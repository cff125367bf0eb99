/**
 * IAM's wildcards: matching, containment and overlap of patterns. `*` is any characters, `?` is one; which of them
 * cross the colons of an ARN depends on where the pattern stands.
 *
 * Exports:
 * - {@link matchesText}, {@link matchesAction}, {@link matchesResource}, {@link matchesArn}: a pattern and a value
 * - {@link contains}`(patterns, pattern, kind)`: whether the patterns together match all that the one does
 * - {@link overlaps}`(a, b, kind)`: whether something matches both
 * - {@link isEveryAction}`(patterns)`, {@link isEveryResource}`(patterns)`: everything, however it is spelled
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */

import { globContains, globsOverlap } from "./containment.ts";
import { ANY, ANY_INSIDE, type Glob, globMatches, globOf, ONE, ONE_INSIDE, type PatternKind } from "./glob.ts";
import { PARTITIONS } from "./partitions.ts";

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

/** Whether something matches both patterns. */
export const overlaps = (a: string, b: string, kind: PatternKind): boolean =>
  globsOverlap(compiled(a, kind), compiled(b, kind));

/** Whether action patterns together come to every action: `*`, `*:*`, `**`, … */
export const isEveryAction = (patterns: readonly string[]): boolean =>
  // Most patterns miss something that nobody names, and that is told at once.
  patterns.some((each) => matchesAction(each, "x7:y7")) && contains(patterns, "?*:?*", "action");

/** Whether resource patterns together come to every ARN of one of the partitions: `*`, `arn:aws:*`, `arn:aws:*:*:*:*`, … */
export const isEveryResource = (patterns: readonly string[], partitions: readonly string[] = PARTITIONS): boolean =>
  partitions.some(
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
