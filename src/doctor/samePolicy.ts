import { type Principals, parsePolicy, type Statement } from "../policy/parse.ts";

const sorted = (texts: readonly string[] | undefined): string[] | undefined => texts && [...new Set(texts)].sort();
const lower = (texts: readonly string[] | undefined): string[] | undefined =>
  sorted(texts?.map((each) => each.toLowerCase()));

/** An account's number and the ARN of its root name the same. */
const principalsOf = (principals: Principals | undefined): string[] | undefined =>
  principals &&
  sorted([
    ...(principals.everybody ? ["*"] : []),
    ...principals.members.map(({ kind, value }) => `${kind} ${value.replace(/^arn:[^:]+:iam::(\d{12}):root$/, "$1")}`),
  ]);

/** A statement in one spelling: what it says, without its name. */
const plain = (statement: Statement): string =>
  JSON.stringify([
    statement.effect,
    principalsOf(statement.principals),
    principalsOf(statement.notPrincipals),
    lower(statement.actions),
    lower(statement.notActions),
    sorted(statement.resources),
    sorted(statement.notResources),
    sorted(
      statement.conditions.map(({ operator, key, values }) =>
        JSON.stringify([operator.toLowerCase(), key.toLowerCase(), sorted(values)]),
      ),
    ),
  ]);

/**
 * Whether two policies say the same: AWS gives them back with lists and statements in another order, a list of one as
 * its one, and accounts by their ARNs. A document that is not understood is the same as none.
 * @param a a document in any form that AWS gives it
 */
export function samePolicy(a: unknown, b: unknown): boolean {
  const [one, other] = [a, b].map((each) => {
    const { version, statements, problem } = parsePolicy(each);
    if (problem || statements.some((statement) => statement.problem)) return undefined;
    return JSON.stringify([version, sorted(statements.map(plain))]);
  });
  return one !== undefined && one === other;
}
