/**
 * Condition operators by name, and how each compares one value of a request with one of the policy.
 *
 * Exports: {@link operatorOf}, {@link Operator}, {@link OperatorType}.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */

export type OperatorType = "String" | "Arn" | "Numeric" | "Date" | "Bool" | "Binary" | "IpAddress" | "Null";

/** How the two values are compared. */
export type Comparison =
  | "equals"
  | "equalsIgnoreCase"
  | "like"
  | "lessThan"
  | "lessThanEquals"
  | "greaterThan"
  | "greaterThanEquals";

export interface Operator {
  type: OperatorType;
  comparison: Comparison;
  /** True where the key's value fits none of the values, and where the key is absent. */
  negated: boolean;
  set?: "ForAllValues" | "ForAnyValue";
  ifExists: boolean;
}

type Base = Pick<Operator, "type" | "comparison" | "negated">;

const base = (type: OperatorType, comparison: Comparison, negated = false): Base => ({ type, comparison, negated });

const ordered = (type: "Numeric" | "Date"): Record<string, Base> => ({
  [`${type}Equals`]: base(type, "equals"),
  [`${type}NotEquals`]: base(type, "equals", true),
  [`${type}LessThan`]: base(type, "lessThan"),
  [`${type}LessThanEquals`]: base(type, "lessThanEquals"),
  [`${type}GreaterThan`]: base(type, "greaterThan"),
  [`${type}GreaterThanEquals`]: base(type, "greaterThanEquals"),
});

const BASES: Record<string, Base> = {
  StringEquals: base("String", "equals"),
  StringNotEquals: base("String", "equals", true),
  StringEqualsIgnoreCase: base("String", "equalsIgnoreCase"),
  StringNotEqualsIgnoreCase: base("String", "equalsIgnoreCase", true),
  StringLike: base("String", "like"),
  StringNotLike: base("String", "like", true),
  // The two behave identically.
  ArnEquals: base("Arn", "like"),
  ArnLike: base("Arn", "like"),
  ArnNotEquals: base("Arn", "like", true),
  ArnNotLike: base("Arn", "like", true),
  ...ordered("Numeric"),
  ...ordered("Date"),
  Bool: base("Bool", "equals"),
  BinaryEquals: base("Binary", "equals"),
  IpAddress: base("IpAddress", "equals"),
  NotIpAddress: base("IpAddress", "equals", true),
  Null: base("Null", "equals"),
};
const byName = new Map(Object.entries(BASES).map(([name, each]) => [name.toLowerCase(), each]));

const SETS = { forallvalues: "ForAllValues", foranyvalue: "ForAnyValue" } as const;

/** An operator by its name in a policy; undefined where IAM has none of this name. */
export function operatorOf(name: string): Operator | undefined {
  const [, set, rest = ""] = /^(?:(forallvalues|foranyvalue):)?([a-z]+)$/.exec(name.toLowerCase()) ?? [];
  const ifExists = rest.endsWith("ifexists");
  const found = byName.get(ifExists ? rest.slice(0, -"ifexists".length) : rest);
  if (!found || (found.type === "Null" && (ifExists || set))) return undefined;
  return { ...found, ifExists, ...(set ? { set: SETS[set as keyof typeof SETS] } : {}) };
}
