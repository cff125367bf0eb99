/**
 * A policy document in one shape, whichever of AWS's spellings it came in. Nothing here throws: what cannot be read is
 * a {@link Policy} whose `problem` says why.
 *
 * Exports:
 * - {@link parsePolicy}`(document: unknown): Policy`: object, JSON text or URL-encoded text
 * - {@link Policy}: `{ version, id?, statements, problem?, empty }`; where `problem` is set, what the document means is
 *   not known, and the statements that could be read stand there all the same
 * - {@link Statement}: `{ index, sid?, effect, principals?, notPrincipals?, actions?, notActions?, resources?,
 *   notResources?, conditions, others, problem? }`, lists everywhere
 * - {@link Principals}: `{ everybody, members: { kind, value }[] }`
 * - {@link Condition}: `{ operator, key, values }`, one for each operator and key, all of which must hold
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { readJson } from "./json.ts";

export type PrincipalKind = "AWS" | "Service" | "Federated" | "CanonicalUser";

/** Whom a statement names. */
export interface Principals {
  /** `*` or `{"AWS": "*"}`: everybody, anonymous callers included. */
  everybody: boolean;
  /** All others, in the order of the document. */
  members: { kind: PrincipalKind; value: string }[];
}

/** One key under one operator: holds when the key's value fits one of the values (or none, if the operator is negated). */
export interface Condition {
  /** As written, with set operator and `IfExists`. */
  operator: string;
  /** As written; keys' names are compared without regard to case. */
  key: string;
  values: string[];
}

export interface Statement {
  /** Position in the document, from 0. */
  index: number;
  sid?: string;
  effect: "Allow" | "Deny";
  principals?: Principals;
  notPrincipals?: Principals;
  actions?: string[];
  notActions?: string[];
  resources?: string[];
  notResources?: string[];
  conditions: Condition[];
  /** Elements that the policy language does not know, as they were. */
  others: Record<string, unknown>;
  /** Why what the statement says is not (wholly) understood. */
  problem?: string;
}

export interface Policy {
  /** Variables are variables from 2012-10-17 on. A document without `Version` is of 2008-10-17. */
  version: "2012-10-17" | "2008-10-17";
  id?: string;
  statements: Statement[];
  /** Why what the document means is not known. */
  problem?: string;
  /** Nothing was there at all: null, undefined, or a text without content. */
  empty: boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A string or a list of strings as a list; undefined: it is neither. */
function textsOf(value: unknown): string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.every((each) => typeof each === "string") ? [...value] : undefined;
}

/** Condition values may be written as booleans and numbers. */
function valuesOf(value: unknown): string[] | undefined {
  const all = Array.isArray(value) ? value : [value];
  return all.every((each) => ["string", "number", "boolean"].includes(typeof each)) ? all.map(String) : undefined;
}

const KINDS: readonly PrincipalKind[] = ["AWS", "Service", "Federated", "CanonicalUser"];

/**
 * Everybody is spelled `*` or `{"AWS": "*"}`, alone or in a list; other kinds of principal know no wildcard that AWS
 * documents, so theirs stay values.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function principalsOf(value: unknown): Principals | string {
  const bare = textsOf(value);
  if (bare) {
    // The grammar knows no other text than *; an ARN or an account id can mean one thing only.
    if (!bare.every((each) => each === "*" || /^(?:arn:[^:]+:(?:iam|sts)::\d{12}:.+|\d{12})$/.test(each)))
      return "is a text that names nobody";
    const named = bare.filter((each) => each !== "*");
    return { everybody: named.length < bare.length, members: named.map((each) => ({ kind: "AWS", value: each })) };
  }
  if (!isObject(value)) return "is neither * nor a map";
  const found: Principals = { everybody: false, members: [] };
  for (const [name, named] of Object.entries(value)) {
    const kind = KINDS.find((each) => each === name);
    const texts = textsOf(named);
    if (!kind) return `has the unknown kind ${JSON.stringify(name)}`;
    if (!texts) return `has something other than texts for ${kind}`;
    for (const each of texts)
      if (kind === "AWS" && each === "*") found.everybody = true;
      else found.members.push({ kind, value: each });
  }
  return found;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html */
function conditionsOf(value: unknown): Condition[] | string {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) return "is no map";
  const found: Condition[] = [];
  for (const [operator, keys] of Object.entries(value)) {
    if (!isObject(keys)) return `has something other than a map for ${operator}`;
    for (const [key, given] of Object.entries(keys)) {
      const values = valuesOf(given);
      if (!values) return `has something other than values for ${operator} ${key}`;
      found.push({ operator, key, values });
    }
  }
  return found;
}

const LISTS = {
  Action: "actions",
  NotAction: "notActions",
  Resource: "resources",
  NotResource: "notResources",
} as const;
const ELEMENTS = ["Sid", "Effect", "Principal", "NotPrincipal", "Condition", ...Object.keys(LISTS)];

function statementOf(value: unknown, index: number): Statement | string {
  if (!isObject(value)) return "is no object";
  const { Sid, Effect, Principal, NotPrincipal } = value;
  if (Effect !== "Allow" && Effect !== "Deny") return `has an Effect that is neither Allow nor Deny`;
  const problems: string[] = [];
  const statement: Statement = { index, effect: Effect, conditions: [], others: {} };
  if (typeof Sid === "string") statement.sid = Sid;
  for (const [name, field] of Object.entries(LISTS)) {
    if (value[name] === undefined) continue;
    const texts = textsOf(value[name]);
    if (texts) statement[field] = texts;
    else problems.push(`${name} is neither a text nor a list of texts`);
  }
  for (const [name, field, given] of [
    ["Principal", "principals", Principal],
    ["NotPrincipal", "notPrincipals", NotPrincipal],
  ] as const) {
    if (given === undefined) continue;
    const principals = principalsOf(given);
    if (typeof principals === "string") problems.push(`${name} ${principals}`);
    else statement[field] = principals;
  }
  const conditions = conditionsOf(value.Condition);
  if (typeof conditions === "string") problems.push(`Condition ${conditions}`);
  else statement.conditions = conditions;
  for (const [name, other] of Object.entries(value))
    if (!ELEMENTS.includes(name)) {
      Object.defineProperty(statement.others, name, { value: other, enumerable: true });
      problems.push(`the element ${JSON.stringify(name)} is unknown`);
    }
  problems.push(...contradictionsOf(statement));
  if (problems.length) statement.problem = problems.join("; ");
  return statement;
}

function* contradictionsOf(statement: Statement): Generator<string> {
  const { actions, notActions, resources, notResources, principals, notPrincipals } = statement;
  if (actions && notActions) yield "Action and NotAction exclude each other";
  if (!actions && !notActions) yield "there is neither Action nor NotAction";
  if (resources && notResources) yield "Resource and NotResource exclude each other";
  if (principals && notPrincipals) yield "Principal and NotPrincipal exclude each other";
}

const unreadable = (problem: string, empty = false): Policy => ({
  version: "2008-10-17",
  statements: [],
  problem,
  empty,
});

/** Text as AWS's services give it: JSON, JSON in a JSON text, or either URL-encoded (IAM, RFC 3986). */
function textValue(text: string): { value: unknown } | { problem: string } {
  let plain = text.trim();
  if (/^%(?:7b|22|5b|20|0a|09)/i.test(plain))
    try {
      plain = decodeURIComponent(plain).trim();
    } catch {
      return { problem: "neither JSON nor URL-encoded JSON" };
    }
  return readJson(plain);
}

/**
 * Reads a policy document in any form that AWS gives it; never throws.
 * @param document object, JSON text or URL-encoded JSON text
 */
export function parsePolicy(document: unknown): Policy {
  let value = document;
  for (let depth = 0; typeof value === "string" && depth < 2; depth++) {
    if (!value.trim()) return unreadable("the document is empty", true);
    const read = textValue(value);
    if ("problem" in read) return unreadable(read.problem);
    value = read.value;
  }
  if (value === undefined || value === null) return unreadable("the document is empty", true);
  if (!isObject(value)) return unreadable("the document is no object");
  const { Version, Id, Statement: given } = value;
  if (given === undefined || given === null) return unreadable("the document has no Statement");
  const policy: Policy = {
    version: Version === "2012-10-17" ? "2012-10-17" : "2008-10-17",
    statements: [],
    empty: false,
  };
  if (typeof Id === "string") policy.id = Id;
  const problems: string[] = [];
  if (Version !== undefined && Version !== "2012-10-17" && Version !== "2008-10-17")
    problems.push(`the Version ${JSON.stringify(Version) ?? ""} is unknown`);
  const unknown = Object.keys(value).filter((each) => !["Version", "Id", "Statement"].includes(each));
  if (unknown.length) problems.push(`the element ${JSON.stringify(unknown[0])} is unknown`);
  for (const [index, each] of (Array.isArray(given) ? given : [given]).entries()) {
    const statement = statementOf(each, index);
    if (typeof statement === "string") problems.push(`statement ${index} ${statement}`);
    else policy.statements.push(statement);
  }
  if (problems.length) policy.problem = problems.join("; ");
  return policy;
}
