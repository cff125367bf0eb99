/** Something that holds of a resource or does not; two of the same key are the same. */
export interface Atom {
  key: string;
}

/** A two-valued formula; `all` of nothing is true, `any` of nothing is false. */
export type Formula<A extends Atom> =
  | { all: readonly Formula<A>[] }
  | { any: readonly Formula<A>[] }
  | { atom: A; holds: boolean };

/** Of an atom, whether it holds or does not. */
export interface Literal<A extends Atom> {
  atom: A;
  holds: boolean;
}

/** One of the literals is to be true; by key. */
export type Clause<A extends Atom> = ReadonlyMap<string, Literal<A>>;

/** A formula whose clauses are more than anybody would read. */
export class TooManyClausesError extends Error {}

const CLAUSES = 64;

export const negated = <A extends Atom>(formula: Formula<A>): Formula<A> =>
  "all" in formula
    ? { any: formula.all.map(negated) }
    : "any" in formula
      ? { all: formula.any.map(negated) }
      : { atom: formula.atom, holds: !formula.holds };

/**
 * Clauses that must all be true for the formula to be: none where it always is, an empty one where it never is. What
 * another clause says already is left out.
 * @throws TooManyClausesError
 */
export function clausesOf<A extends Atom>(formula: Formula<A>): Clause<A>[] {
  if ("atom" in formula) return [new Map([[formula.atom.key, formula]])];
  if ("all" in formula) return shortest(formula.all.flatMap(clausesOf));
  return formula.any
    .map(clausesOf)
    .reduce<Clause<A>[]>(
      (left, right) => shortest(left.flatMap((one) => right.flatMap((other) => either(one, other)))),
      [new Map()],
    );
}

/** Nothing where one of the two is always true. */
function either<A extends Atom>(one: Clause<A>, other: Clause<A>): Clause<A>[] {
  for (const [key, { holds }] of other) if (one.get(key)?.holds === !holds) return [];
  return [new Map([...one, ...other])];
}

function shortest<A extends Atom>(clauses: readonly Clause<A>[]): Clause<A>[] {
  const minimal: Clause<A>[] = [];
  for (const clause of [...clauses].sort((a, b) => a.size - b.size))
    if (!minimal.some((each) => implies(each, clause))) minimal.push(clause);
  if (minimal.length > CLAUSES) throw new TooManyClausesError(`more than ${CLAUSES} clauses`);
  // In the order in which they were said.
  return clauses.filter((each) => minimal.includes(each));
}

/** Whether the first says all that the second does. */
export const implies = <A extends Atom>(one: Clause<A>, other: Clause<A>): boolean =>
  [...one].every(([key, { holds }]) => other.get(key)?.holds === holds);
