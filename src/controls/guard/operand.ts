import { type Comparison, PredicateError, type SqlValue } from "../expression.ts";
import { type Atom, type Formula, negated } from "./normalForm.ts";

/** A question to one member: clauses of Guard, one of which passes where it is so, and others where it is not. */
export interface Test extends Atom {
  passes: readonly string[];
  fails: readonly string[];
}

export type Condition = Formula<Test>;
export const NEVER: Condition = { any: [] };
export const ALWAYS: Condition = { all: [] };

/** What SQL says: it holds, it fails, or, where neither is true, it is not known. */
export interface TruthConditions {
  holds: Condition;
  fails: Condition;
}

/** A value that is compared with constants. */
export interface Operand {
  /** Whether there is one. */
  known: Condition;
  compared(operator: Comparison, constant: NonNullable<SqlValue>): TruthConditions;
}

export const opposite = ({ holds, fails }: TruthConditions): TruthConditions => ({ holds: fails, fails: holds });
export const both = (one: TruthConditions, other: TruthConditions): TruthConditions => ({
  holds: { all: [one.holds, other.holds] },
  fails: { any: [one.fails, other.fails] },
});

/** The second where the first is not known, as `coalesce` has it. */
const orElse = (known: Condition, first: TruthConditions, second: TruthConditions): TruthConditions => ({
  holds: { any: [first.holds, { all: [negated(known), second.holds] }] },
  fails: { any: [first.fails, { all: [negated(known), second.fails] }] },
});
export function knownOrElse(first: TruthConditions, second: TruthConditions): TruthConditions {
  // Shorter than what the last line says, and the same.
  if (second.fails === ALWAYS) return { holds: first.holds, fails: negated(first.holds) };
  if (second.holds === ALWAYS) return { holds: negated(first.fails), fails: first.fails };
  return orElse({ any: [first.holds, first.fails] }, first, second);
}
export const operandOrElse = (first: Operand, second: Operand): Operand => ({
  known: { any: [first.known, second.known] },
  compared: (operator, constant) =>
    orElse(first.known, first.compared(operator, constant), second.compared(operator, constant)),
});

const test = (key: string, passes: readonly string[], fails: readonly string[]): Condition => ({
  atom: { key, passes, fails },
  holds: true,
});

const list = (at: string) => test(`${at} list`, [`${at} is_list`], [`${at} !is_list`]);
// A comparison with a list is one with each of its members, so that an empty one is equal to everything.
const single = (at: string) => negated(list(at));
const struct = (at: string) => test(`${at} struct`, [`${at} is_struct`], [`${at} !is_struct`]);
/** Guard 2.1 reads the null of a file as the word. */
const nothing = (at: string) =>
  test(
    `${at} nothing`,
    [`${at} !exists`, `${at} == null`, `${at} == "null"`],
    [`${at} != "null"`, `${at} is_struct`, `${at} is_list`, `${at} is_bool`, `${at} is_int`, ...fraction(at)],
  );
/** Guard 2.1 has no word for it. */
const fraction = (at: string) => [`${at} >= 0.0`, `${at} < 0.0`];
const noNumber = (at: string) => [
  `${at} !exists`,
  `${at} == null`,
  ...["string", "bool", "struct", "list"].map((type) => `${at} is_${type}`),
];

/** Values of two types are neither equal nor unequal in Guard: a clause fails either way. */
const same = (at: string, word: string, type: "string" | "bool") =>
  test(`${at} == ${word}`, [`${at} == ${word}`], [`${at} !is_${type}`, `${at} != ${word}`]);
const ordered = (at: string, operator: Comparison, whole: number) => {
  const clauses = (each: Comparison) => [`${at} ${GUARD[each]} ${whole}`, `${at} ${GUARD[each]} ${whole}.0`];
  return test(`${at} ${operator} ${whole}`, clauses(operator), [...noNumber(at), ...clauses(OTHERWISE[operator])]);
};

const GUARD: Record<Comparison, string> = { "=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=" };
const OTHERWISE: Record<Comparison, Comparison> = { "=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">" };

const equalsOnly = (operator: Comparison, constant: NonNullable<SqlValue>): void => {
  if (operator !== "=") throw new PredicateError(`${operator} ${constant} cannot be said in Guard`);
};
const unexpected = (constant: NonNullable<SqlValue>) =>
  new PredicateError(`the comparison with ${constant} cannot be said in Guard`);
const quoted = (constant: NonNullable<SqlValue>): string => {
  if (typeof constant !== "string" || !/^[^"\\\n]*$/.test(constant) || constant === "null") throw unexpected(constant);
  return `"${constant}"`;
};

/** A member that is true or false. */
export function truth(at: string): Operand {
  const [yes, no] = [same(at, "true", "bool"), same(at, "false", "bool")];
  return {
    known: { all: [single(at), { any: [yes, no] }] },
    compared: (operator, constant) => {
      equalsOnly(operator, constant);
      if (typeof constant !== "boolean") throw unexpected(constant);
      const conditions = { holds: { all: [single(at), yes] }, fails: { all: [single(at), no] } };
      return constant ? conditions : opposite(conditions);
    },
  };
}

/** A member that is a number; it is compared with whole ones. */
export function number(at: string): Operand {
  const known: Condition = {
    all: [single(at), test(`${at} number`, [`${at} is_int`, ...fraction(at)], noNumber(at))],
  };
  return {
    known,
    compared: (operator, constant) => {
      if (!Number.isSafeInteger(constant)) throw unexpected(constant);
      const holds = ordered(at, operator, constant as number);
      return { holds: { all: [known, holds] }, fails: { all: [known, negated(holds)] } };
    },
  };
}

/** A member that is text in the tables: a string, or the JSON of anything nested. */
export function text(at: string): Operand {
  const known: Condition = { any: [negated(nothing(at)), list(at)] };
  return {
    known,
    compared: (operator, constant) => {
      equalsOnly(operator, constant);
      const holds: Condition = { all: [single(at), same(at, quoted(constant), "string")] };
      return { holds, fails: { all: [known, negated(holds)] } };
    },
  };
}

/** What `json_extract_scalar` finds: text whatever it is, and null for what is nested. */
export function scalar(at: string): Operand {
  const known: Condition = { all: [single(at), negated(struct(at)), negated(nothing(at))] };
  return {
    known,
    compared: (operator, constant) => {
      equalsOnly(operator, constant);
      const word = quoted(constant);
      const said = String(constant);
      const alike: Condition[] = [same(at, word, "string")];
      if (said === "true" || said === "false") alike.unshift(same(at, said, "bool"));
      if (/^(0|[1-9]\d{0,14})$/.test(said)) alike.unshift(ordered(at, "=", Number(said)));
      const holds: Condition = { all: [single(at), { any: alike }] };
      return { holds, fails: { all: [known, negated(holds)] } };
    },
  };
}

export const constantTruth = (value: SqlValue): TruthConditions => ({
  holds: value === true ? ALWAYS : NEVER,
  fails: value === false ? ALWAYS : NEVER,
});

export const constantOperand = (value: SqlValue): Operand => ({
  known: value === null ? NEVER : ALWAYS,
  compared: (operator, constant) => {
    if (value === null) return constantTruth(null);
    equalsOnly(operator, constant);
    return constantTruth(value === constant);
  },
});
