/**
 * Conditions in three values: whether they hold for a request, or on which keys that depends.
 *
 * Exports:
 * - {@link conditionHolds}`(condition, version, context): Truth`: one operator on one key
 * - {@link conditionsHold}`(conditions, version, context): Truth`: all of a statement
 *
 * What it rests on: `contextOf` (context.ts) makes a request's context; `operatorOf` (operators.ts) reads operators'
 * names; {@link Truth} (truth.ts) is `{ value: true | false | undefined, keys, problems }`, undefined being *depends*.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
import { type RequestContext, UNKNOWN } from "./context.ts";
import { globMatches, globOf } from "./glob.ts";
import { inRange, ipRange } from "./ipRange.ts";
import { type Comparison, type Operator, operatorOf } from "./operators.ts";
import type { Condition, Policy } from "./parse.ts";
import { all, any, dependsOn, not, type Truth, unclear, whether, YES } from "./truth.ts";
import { expandVariables, hasVariables } from "./variables.ts";
import { matchesArn, matchesText } from "./wildcards.ts";

/** What one value of the request is compared with. */
type Test = (actual: string) => Truth;

const NOTHING: Test = () => whether(false);

/** Policy variables are values of these operators alone; elsewhere they are the letters that they are. */
const WITH_VARIABLES = new Set(["String", "Arn", "Bool"]);

const decimal = (text: string): number | undefined =>
  /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;

/**
 * ISO 8601 as W3C profiles it, or seconds since 1970; without an offset in UTC.
 * @see https://www.w3.org/TR/NOTE-datetime
 */
function moment(text: string): number | undefined {
  const plain = text.trim();
  if (/^-?\d{5,}(?:\.\d+)?$/.test(plain) || /^0$/.test(plain)) return Number(plain) * 1000;
  const [, date, time, zone] =
    /^(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[-+]\d{2}:?\d{2})?)?$/.exec(plain) ??
    [];
  if (!date) return undefined;
  const offset = zone && /\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : (zone ?? "Z");
  const value = Date.parse(time ? `${date}T${time}${offset}` : date);
  return Number.isNaN(value) ? undefined : value;
}

const orders: Record<Exclude<Comparison, "like" | "equalsIgnoreCase">, (a: number, b: number) => boolean> = {
  equals: (a, b) => a === b,
  lessThan: (a, b) => a < b,
  lessThanEquals: (a, b) => a <= b,
  greaterThan: (a, b) => a > b,
  greaterThanEquals: (a, b) => a >= b,
};

function orderTest(operator: Operator, expected: string): Test {
  const read = operator.type === "Date" ? moment : decimal;
  const right = read(expected);
  const order = orders[operator.comparison as keyof typeof orders];
  if (right === undefined)
    return () => unclear(`${JSON.stringify(expected)} is no ${operator.type === "Date" ? "date" : "number"}`);
  return (actual) => {
    const left = read(actual);
    return whether(left !== undefined && order(left, right));
  };
}

const bytes = (text: string): string => Buffer.from(text, "base64").toString("base64");

/** A test of a value without variables. */
function plainTest(operator: Operator, expected: string): Test {
  switch (operator.type) {
    case "Numeric":
    case "Date":
      return orderTest(operator, expected);
    case "IpAddress":
      if (!ipRange(expected)) return () => unclear(`${JSON.stringify(expected)} is no range of addresses`);
      return (actual) => whether(inRange(actual, expected) === true);
    case "Binary":
      return (actual) => whether(bytes(actual) === bytes(expected));
    default:
      if (operator.comparison !== "like") return textTest(operator, [{ pattern: expected }]);
      return (actual) => whether((operator.type === "Arn" ? matchesArn : matchesText)(expected, actual));
  }
}

function textTest(operator: Operator, parts: readonly (string | { pattern: string })[]): Test {
  if (operator.comparison === "like") {
    const glob = globOf(parts, operator.type === "Arn" ? "arn" : "text");
    return (actual) => whether(globMatches(glob, actual));
  }
  const expected = parts.map((part) => (typeof part === "string" ? part : part.pattern)).join("");
  if (operator.type === "Bool" || operator.comparison === "equalsIgnoreCase")
    return (actual) => whether(actual.toLowerCase() === expected.toLowerCase());
  return (actual) => whether(actual === expected);
}

/**
 * A variable without a value equals nothing, so negated operators match it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
 */
function testOf(operator: Operator, expected: string, version: Policy["version"], context: RequestContext): Test {
  if (!WITH_VARIABLES.has(operator.type) || !hasVariables(expected, version)) return plainTest(operator, expected);
  const expanded = expandVariables(expected, version, context);
  if ("key" in expanded) return () => dependsOn(expanded.key);
  return "valueless" in expanded ? NOTHING : textTest(operator, expanded.parts);
}

/** `Null`: true asks for the key's absence, false for its presence. */
function nullHolds({ key, values }: Condition, present: ReturnType<RequestContext["get"]>): Truth {
  const lowered = values.map((each) => each.toLowerCase());
  if (!lowered.length || lowered.some((each) => each !== "true" && each !== "false"))
    return unclear(`Null of ${key} is neither true nor false`);
  if (lowered.includes("true") && lowered.includes("false")) return YES;
  return present === UNKNOWN ? dependsOn(key) : whether((present === undefined) === lowered.includes("true"));
}

/**
 * Whether one operator holds for one key. A key that is absent fits no value: what is not negated fails, what is
 * negated or says `IfExists` holds; `ForAllValues` holds and `ForAnyValue` does not where there is no value.
 */
export function conditionHolds(condition: Condition, version: Policy["version"], context: RequestContext): Truth {
  const { key } = condition;
  const operator = operatorOf(condition.operator);
  if (!operator) return unclear(`the condition operator ${JSON.stringify(condition.operator)} is unknown`);
  const actual = context.get(key);
  if (operator.type === "Null") return nullHolds(condition, actual);
  if (actual === UNKNOWN) return dependsOn(key);
  if (actual === undefined)
    return whether(operator.ifExists || (operator.set ? operator.set === "ForAllValues" : operator.negated));
  const tests = condition.values.map((each) => testOf(operator, each, version, context));
  const fits = (value: string): Truth => {
    const fitting = any(tests.map((test) => test(value)));
    return operator.negated ? not(fitting) : fitting;
  };
  const each = actual.map(fits);
  if (operator.set === "ForAllValues") return actual.every((value) => value === "") ? YES : all(each);
  if (operator.set === "ForAnyValue") return any(each);
  if (each.length === 1) return each[0]!;
  const [every, some] = [all(each), any(each)];
  if (every.value !== undefined && every.value === some.value) return every;
  return unclear(`${key} has several values, and ${condition.operator} has no set operator`);
}

/** Whether all conditions of a statement hold. */
export const conditionsHold = (
  conditions: readonly Condition[],
  version: Policy["version"],
  context: RequestContext,
): Truth => all(conditions.map((each) => conditionHolds(each, version, context)));
