import { ORGANIZATION } from "./estate/organization.ts";
import { awsManagedPolicies } from "./managedPolicies.ts";
import type { Permission, Principal } from "./service.ts";
import type { SandboxState } from "./state.ts";

interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | { AWS?: string | string[]; Service?: string | string[] };
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Why a call is denied, in AWS's words; undefined: it is allowed. */
export type Denial = string | undefined;

const many = <T>(value: T | readonly T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? [...value] : [value as T];

const patterns = new Map<string, RegExp>();
/** IAM's wildcards: `*` any characters, `?` one. */
function matches(pattern: string, value: string, caseless = false): boolean {
  const key = `${caseless} ${pattern}`;
  let expression = patterns.get(key);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[^]*")
      .replaceAll("?", "[^]");
    expression = new RegExp(`^${source}$`, caseless ? "i" : "");
    patterns.set(key, expression);
  }
  return expression.test(value);
}

type Test = (actual: string | undefined, expected: string[]) => boolean;
const some =
  (test: (actual: string, expected: string) => boolean): Test =>
  (actual, expected) =>
    actual !== undefined && expected.some((each) => test(actual, each));
const none =
  (test: (actual: string, expected: string) => boolean): Test =>
  (actual, expected) =>
    actual === undefined || !expected.some((each) => test(actual, each));
const equal = (actual: string, expected: string) => actual === expected;
const caseless = (actual: string, expected: string) => actual.toLowerCase() === expected.toLowerCase();
const like = (actual: string, expected: string) => matches(expected, actual);
const compared =
  (read: (text: string) => number, holds: (order: number) => boolean) =>
  (actual: string, expected: string): boolean =>
    holds(read(actual) - read(expected));
const dateOf = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const orders = (kind: string, read: (text: string) => number): Record<string, Test> => ({
  [`${kind}Equals`]: some(compared(read, (order) => order === 0)),
  [`${kind}NotEquals`]: none(compared(read, (order) => order === 0)),
  [`${kind}LessThan`]: some(compared(read, (order) => order < 0)),
  [`${kind}LessThanEquals`]: some(compared(read, (order) => order <= 0)),
  [`${kind}GreaterThan`]: some(compared(read, (order) => order > 0)),
  [`${kind}GreaterThanEquals`]: some(compared(read, (order) => order >= 0)),
});

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Record<string, Test> = {
  StringEquals: some(equal),
  StringNotEquals: none(equal),
  StringLike: some(like),
  StringNotLike: none(like),
  ArnEquals: some(like),
  ArnLike: some(like),
  ArnNotEquals: none(like),
  ArnNotLike: none(like),
  StringEqualsIgnoreCase: some(caseless),
  StringNotEqualsIgnoreCase: none(caseless),
  Bool: some(caseless),
  ...orders("Numeric", Number),
  ...orders("Date", dateOf),
  Null: (actual, expected) => expected.includes(String(actual === undefined)),
};

function holds(condition: Statement["Condition"], context: Record<string, string>): boolean {
  return Object.entries(condition ?? {}).every(([operator, keys]) => {
    const [, name, ifExists] = /^(?:ForA\w+Values?:)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
    const test = operators[name ?? ""];
    if (!test) throw new Error(`the sandbox's IAM does not know the condition operator ${operator}`);
    return Object.entries(keys).every(([key, expected]) => {
      const actual = context[key.toLowerCase()];
      return (ifExists && actual === undefined) || test(actual, many(expected));
    });
  });
}

/** Whom a resource's statement means: the caller by name, the caller's account as a whole, or somebody else. */
function meant(statement: Statement, principal: Principal): "caller" | "account" | undefined {
  const arns = statement.Principal === "*" ? ["*"] : many(statement.Principal?.AWS);
  const root = `arn:aws:iam::${principal.account}:root`;
  if (arns.some((arn) => arn === "*" || (principal.kind === "role" && arn === principal.roleArn))) return "caller";
  if (!arns.some((arn) => arn === root || arn === principal.account)) return undefined;
  return principal.kind === "root" ? "caller" : "account";
}

const isAbout = (statement: Statement, action: string): boolean =>
  statement.NotAction
    ? !many(statement.NotAction).some((each) => matches(each, action, true))
    : many(statement.Action).some((each) => matches(each, action, true));

const covers = (statement: Statement, resource: string): boolean =>
  // A trust policy has no resource: the role is.
  statement.Resource === undefined || many(statement.Resource).some((each) => matches(each, resource));

/** A policy's statements, and of those the ones about an action. */
interface Document {
  statements: Statement[];
  about: Map<string, Statement[]>;
}

/** Documents as they were read last, by their text: each call asks for the same few again. */
const documents = new Map<string, Document>();
const DOCUMENTS_KEPT = 2_000;

function documentOf(text: string): Document {
  let document = documents.get(text);
  if (!document) {
    const statements = many((JSON.parse(text) as { Statement: Statement | Statement[] }).Statement);
    document = { statements, about: new Map() };
    if (documents.size >= DOCUMENTS_KEPT) documents.clear();
    documents.set(text, document);
  }
  return document;
}

const statementsOf = (text: string): Statement[] => documentOf(text).statements;

function statementsAbout(text: string, action: string): Statement[] {
  const { statements, about } = documentOf(text);
  let found = about.get(action);
  if (!found) {
    found = statements.filter((each) => isAbout(each, action));
    about.set(action, found);
  }
  return found;
}

/** Whether a role's trust lets an AWS service take it, given the values of condition keys (names in lower case). */
export const trustsService = (trust: string, service: string, context: Record<string, string>): boolean =>
  statementsOf(trust).some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Allow" &&
      Principal !== "*" &&
      many(Principal?.Service).includes(service) &&
      holds(Condition, context),
  );

const nameOf = (principal: Principal): string =>
  principal.kind === "root"
    ? `arn:aws:iam::${principal.account}:root`
    : `arn:aws:sts::${principal.account}:assumed-role/${principal.roleName}/${principal.sessionName}`;

/** IAM over the sandbox's state. */
export interface Iam {
  /** @returns why the principal may not, or undefined when it may */
  denial(principal: Principal, permission: Permission): Denial;
  /** The principal's ARN, as errors name it. */
  nameOf(principal: Principal): string;
  /** Statements of roles' policies that have let a call through: `<role name> <Sid> <action>`. */
  used: Set<string>;
}

/**
 * Decides as AWS does: an explicit denial wins; within an account the identity's or the resource's policy must allow,
 * across accounts both. A resource's statement for the account as a whole leaves it to the account's identity policies.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function iamOf(state: SandboxState): Iam {
  const used = new Set<string>();
  const identity = (principal: Principal, action: string): Statement[] => {
    if (principal.kind === "root") return [{ Sid: "root", Effect: "Allow", Action: "*", Resource: "*" }];
    const role = state.roles.get(principal.roleArn);
    if (!role) return [];
    const attached = [...role.attached].map(
      (arn) => state.policies.get(arn)?.document ?? awsManagedPolicies[arn] ?? "",
    );
    return [...role.inline.values(), ...attached]
      .filter(Boolean)
      .flatMap((document) => statementsAbout(document, action));
  };
  return {
    used,
    nameOf,
    denial(principal, permission) {
      const owner = permission.owner ?? principal.account;
      const context: Record<string, string> = {
        "aws:securetransport": "true",
        "aws:principalaccount": principal.account,
        "aws:principalorgid": ORGANIZATION,
        "aws:principalarn": principal.kind === "root" ? `arn:aws:iam::${principal.account}:root` : principal.roleArn,
      };
      for (const [key, value] of Object.entries(permission.context ?? {})) context[key.toLowerCase()] = value;
      const { action } = permission;
      const applies = (statement: Statement) =>
        covers(statement, permission.resource) && holds(statement.Condition, context);
      const own = identity(principal, action).filter(applies);
      const resource = (permission.resourcePolicy ? statementsAbout(permission.resourcePolicy, action) : [])
        .filter(applies)
        .flatMap((statement) => {
          const whom = meant(statement, principal);
          return whom ? { Effect: statement.Effect, whom } : [];
        });
      const say = (why: string) =>
        `User: ${nameOf(principal)} is not authorized to perform: ${permission.action} on resource: ${permission.resource} ${why}`;
      if (own.some(({ Effect }) => Effect === "Deny")) return say("with an explicit deny in an identity-based policy");
      if (resource.some(({ Effect }) => Effect === "Deny"))
        return say("with an explicit deny in a resource-based policy");
      const byIdentity = own.filter(({ Effect }) => Effect === "Allow");
      const byResource = resource.filter(({ Effect }) => Effect === "Allow");
      const named = byResource.some(({ whom }) => whom === "caller");
      const allowed =
        owner !== principal.account
          ? byIdentity.length && byResource.length
          : permission.resourceDecides
            ? named || (byIdentity.length && byResource.length)
            : named || byIdentity.length;
      if (!allowed)
        return say(
          byIdentity.length
            ? `because no resource-based policy allows the ${permission.action} action`
            : `because no identity-based policy allows the ${permission.action} action`,
        );
      if (principal.kind === "role")
        for (const { Sid } of byIdentity) used.add(`${principal.roleName} ${Sid} ${permission.action}`);
      return undefined;
    },
  };
}
