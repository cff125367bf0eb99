/**
 * Containment and overlap of patterns.
 *
 * Exports:
 * - {@link globContains}`(outer, inner)`: whether patterns together match everything that another one matches
 * - {@link globsOverlap}`(a, b)`: whether some text matches both
 *
 * Both follow the patterns side by side. One pattern beside another takes time in proportion to the product of their
 * lengths; many that match only together can take exponentially long, so the plain cases are answered first.
 */

import { ANY, type Glob, globMatches, isMany, ONE, takes } from "./glob.ts";

/** A character that no pattern names: it stands for all such. */
const OTHER = "\u0000";

/** What wildcards are filled with to find a text that is not contained. */
const FILLINGS = [OTHER, "", ":", OTHER + OTHER];

/** Beyond this many combinations of positions an answer is not sought any further. */
const STATES = 50_000;

/** Whether every text that `inner` matches is matched by one of `outer`; false also where that is too long to find out. */
export function globContains(outer: readonly Glob[], inner: Glob): boolean {
  if (outer.some((each) => holds(each, inner))) return true;
  if (FILLINGS.some((filling) => !outer.some((each) => globMatches(each, filled(inner, filling))))) return false;
  return holdTogether(
    outer.filter((each) => globsOverlap(each, inner)),
    inner,
  );
}

/** A text that a pattern matches: `filling` in each of its wildcards, as far as that one takes it. */
const filled = (glob: Glob, filling: string): string =>
  glob
    .map((token) => {
      if (typeof token === "string") return token;
      const text = takes(token, filling.charAt(0)) ? filling : OTHER;
      return isMany(token) ? text : text.charAt(0) || OTHER;
    })
    .join("");

/** Whether one pattern matches all of another because its tokens take those of the other, one after the other. */
function holds(outer: Glob, inner: Glob): boolean {
  let now = closed(outer, [0]);
  for (const token of inner) {
    now = closed(
      outer,
      now.flatMap((at) => {
        const own = outer[at];
        return own === undefined || !takesToken(own, token) ? [] : [isMany(own) ? at : at + 1];
      }),
    );
    if (!now.length) return false;
  }
  return now.includes(outer.length);
}

/** Whether a token takes whatever another one stands for. */
function takesToken(own: string | number, other: string | number): boolean {
  if (typeof other === "string") return takes(own, other);
  if (typeof own === "string" || (isMany(other) && !isMany(own))) return false;
  return own === ANY || own === ONE || !takes(other, ":");
}

/** Whether some letter is taken by both tokens. */
function takeTheSame(a: string | number, b: string | number): boolean {
  if (typeof a === "string") return takes(b, a);
  return typeof b === "string" ? takes(a, b) : true;
}

/** Whether some text matches both patterns. */
export function globsOverlap(a: Glob, b: Glob): boolean {
  const width = b.length + 1;
  const seen = new Set<number>([0]);
  // A set is gone through with what is added to it on the way.
  for (const state of seen) {
    const [inA, inB] = [Math.floor(state / width), state % width];
    const [ofA, ofB] = [a[inA], b[inB]];
    if (ofA === undefined && ofB === undefined) return true;
    if (isMany(ofA)) seen.add(state + width);
    if (isMany(ofB)) seen.add(state + 1);
    if (ofA !== undefined && ofB !== undefined && takeTheSame(ofA, ofB))
      seen.add(state + (isMany(ofA) ? 0 : width) + (isMany(ofB) ? 0 : 1));
  }
  return false;
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

/** Whether whatever follows is matched. */
const takesAll = (glob: Glob, positions: readonly number[]): boolean =>
  positions.at(-1) === glob.length && glob.at(-1) === ANY;

/** The letters that lead to different positions: those that stand there, the colon, and one for all others. */
function lettersAt(globs: readonly Glob[], positions: readonly (readonly number[])[]): Set<string> {
  const letters = new Set<string>([":", OTHER]);
  for (const [index, glob] of globs.entries())
    for (const at of positions[index]!) {
      const token = glob[at];
      if (typeof token === "string") letters.add(token);
    }
  return letters;
}

/** Follows all patterns at once: a text that ends in `inner` and in none of `outer` is one that is not contained. */
function holdTogether(outer: readonly Glob[], inner: Glob): boolean {
  const globs = [inner, ...outer];
  const seen = new Set<string>();
  const todo = [globs.map((glob) => closed(glob, [0]))];
  for (let now = todo.pop(); now; now = todo.pop()) {
    const [here, ...there] = now as [number[], ...number[][]];
    if (there.some((positions, index) => takesAll(outer[index]!, positions))) continue;
    const name = now.map((positions) => positions.join()).join(";");
    if (seen.has(name)) continue;
    if (seen.size >= STATES) return false;
    seen.add(name);
    if (!there.some(({ length }) => length)) return false;
    if (here.includes(inner.length) && !there.some((positions, index) => positions.includes(outer[index]!.length)))
      return false;
    for (const letter of lettersAt(globs, now)) {
      const next = now.map((positions, index) => step(globs[index]!, positions, letter));
      if (next[0]!.length) todo.push(next);
    }
  }
  return true;
}
