import type { MemberColumn } from "../../tables/columns.ts";
import type { Control } from "../control.ts";
import { type Expression, PredicateError, parseQuery } from "../expression.ts";
import { type Clause, clausesOf, implies, TooManyClausesError } from "./normalForm.ts";
import { ALWAYS, type Test } from "./operand.ts";
import { Translation } from "./translation.ts";

/**
 * Characters of a policy at most.
 * @see https://docs.aws.amazon.com/config/latest/APIReference/API_OrganizationCustomPolicyRuleMetadata.html
 */
const LONGEST = 10_000;

/**
 * A control as a policy in the language of AWS CloudFormation Guard 2.1, over a configuration item of AWS Config. It
 * skips what the control does not look at and what the item does not tell: it never passes for want of knowledge.
 * @param columns of the control's resource type
 * @throws PredicateError naming what of the query cannot be said in Guard
 * @see https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html
 */
export function guardPolicy(
  control: Pick<Control, "id" | "title" | "resource" | "sql">,
  columns: readonly MemberColumn[],
): string {
  const { passes, reason, where } = parseQuery(control.sql);
  const translation = new Translation(control.resource, columns);
  const conditions = translation.conditionsOf(passes);
  const looked = where ? translation.conditionsOf(where).holds : ALWAYS;
  try {
    const when = clausesOf({ all: [looked, { any: [conditions.holds, conditions.fails] }] });
    const body = clausesOf(conditions.holds).filter((each) => !when.some((said) => implies(said, each)));
    if (!body.length || [...when, ...body].some((each) => !each.size))
      throw new PredicateError("it says the same of every resource");
    const policy = render(control, [...translation.documents], when, body, messageOf(control.title, reason));
    if (policy.length > LONGEST)
      throw new PredicateError(`its policy has ${policy.length} characters, and AWS Config takes ${LONGEST}`);
    return policy;
  } catch (error) {
    if (error instanceof TooManyClausesError) throw new PredicateError(`it takes ${error.message} in Guard`);
    throw error;
  }
}

const render = (
  { id, resource }: Pick<Control, "id" | "resource">,
  documents: readonly string[],
  when: readonly Clause<Test>[],
  body: readonly Clause<Test>[],
  message: string,
): string =>
  [
    `rule ${id.replaceAll("-", "_")} when`,
    `  resourceType == "${resource}"`,
    `  configurationItemStatus !exists or configurationItemStatus IN ["OK", "ResourceDiscovered"]`,
    // What is recorded as text cannot be looked into: it is not known.
    ...documents.map((path) => `  ${path} !is_string or ${path} == "null"`),
    ...when.map((each) => `  ${line(each)}`),
    "{",
    ...body.map((each) => `  ${line(each)} <<${message}>>`),
    "}",
    "",
  ].join("\n");

const line = (clause: Clause<Test>): string =>
  [...new Set([...clause.values()].flatMap(({ atom, holds }) => (holds ? atom.passes : atom.fails)))].join(" or ");

/** The reason where it is the same for each resource. */
const messageOf = (title: string, reason: Expression): string =>
  (reason.is === "constant" && reason.value !== null ? String(reason.value) : `this does not hold: ${title}`).replace(
    /[<>\n]/g,
    " ",
  );
