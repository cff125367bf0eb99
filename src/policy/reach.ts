/**
 * Whether a request is allowed: AWS's evaluation of all kinds of policy, in three values.
 *
 * Exports:
 * - {@link reach}`(request, policies): Reach`: `{ decision, statements, blockedBy, keys, notKnown }`
 * - {@link ReachRequest}, {@link ReachPolicies}: what is asked, and the parsed policies that apply to it; a policy that
 *   is left out is not attached
 * - {@link Decision}: `allowed | explicitlyDenied | implicitlyDenied | conditional | notKnown`
 * - {@link PolicyKind}, {@link DecidingStatement}
 * - {@link InvalidRequestError}: the principal, action or resource is none
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
import { type Caller, callerOf, meansCaller, type Naming, namedBy } from "./caller.ts";
import { conditionsHold } from "./conditions.ts";
import type { ContextValues, RequestContext } from "./context.ts";
import { globMatches, globOf } from "./glob.ts";
import type { Policy, Statement } from "./parse.ts";
import { requestKeys } from "./requestKeys.ts";
import {
  answersEveryCaller,
  authorizedResource,
  isOwnersWayBack,
  limitedByRcps,
  limitedByScps,
  refusesCaller,
  resourcePolicyDecides,
} from "./serviceRules.ts";
import { all, any, dependsOn, NO, not, type Truth, unclear, whether, YES } from "./truth.ts";
import { expandVariables, hasVariables } from "./variables.ts";
import { matchesAction, matchesResource } from "./wildcards.ts";

export type Decision = "allowed" | "explicitlyDenied" | "implicitlyDenied" | "conditional" | "notKnown";

/** In the order of AWS's flow chart. */
export const POLICY_KINDS = [
  "resourceControlPolicies",
  "serviceControlPolicies",
  "endpointPolicy",
  "resourcePolicy",
  "identityPolicies",
  "permissionsBoundary",
  "sessionPolicy",
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

export interface ReachRequest {
  /** ARN of a user, role, session, federated user or root, an account id, a service principal, or `anonymous`. */
  principal: string;
  action: string;
  /** ARN; `*` for actions without one. */
  resource: string;
  /** Account of the resource; else that of its ARN, else the caller's. */
  resourceAccount?: string;
  context?: ContextValues;
  /** Condition keys whose values nobody knows. All that are neither given nor follow from the request are absent. */
  unknown?: readonly string[];
  now?: Date;
}

export interface ReachPolicies {
  identityPolicies?: readonly Policy[];
  permissionsBoundary?: Policy;
  /** Level by level from the root; none or an empty list: no organization. */
  serviceControlPolicies?: readonly (readonly Policy[])[];
  resourceControlPolicies?: readonly (readonly Policy[])[];
  sessionPolicy?: Policy;
  resourcePolicy?: Policy;
  endpointPolicy?: Policy;
}

export interface DecidingStatement {
  kind: PolicyKind;
  /** Of SCPs and RCPs: from 0 at the root. */
  level?: number;
  /** Position of the policy in its list. */
  policy: number;
  /** Position of the statement in the policy. */
  index: number;
  sid?: string;
  effect: "Allow" | "Deny";
}

export interface Reach {
  decision: Decision;
  statements: DecidingStatement[];
  /** Kinds of policy that deny, or do not allow, or on which it hangs. */
  blockedBy: PolicyKind[];
  /** Condition keys on which it hangs. */
  keys: string[];
  /** What is not understood. */
  notKnown: string[];
}

/** The principal, action or resource of a request is none. */
export class InvalidRequestError extends Error {
  constructor(
    readonly field: "principal" | "action" | "resource",
    message: string,
  ) {
    super(message);
    this.name = "InvalidRequestError";
  }
}

/** A statement with whether it applies, and in which way it means the caller. */
interface Applied extends DecidingStatement {
  truth: Truth;
  naming: Naming;
}

interface EvaluatedRequest {
  caller: Caller;
  action: string;
  resource: string;
  resourceAccount: string | undefined;
  context: RequestContext;
  boundary: boolean;
}

/** Kinds whose statements say whom they mean. */
const NAMING: ReadonlySet<PolicyKind> = new Set(["resourcePolicy", "endpointPolicy", "resourceControlPolicies"]);
const CALLER_ALONE: Naming = { caller: YES, role: NO, account: NO };

function actionMatches({ actions, notActions }: Statement, action: string): Truth {
  if (actions) return whether(actions.some((each) => matchesAction(each, action)));
  return notActions ? whether(!notActions.some((each) => matchesAction(each, action))) : unclear("no action");
}

const ARN_COMPONENTS = 6;

/**
 * In policies of identities an ARN that ends early means everything below it: `arn:aws:sqs` is `arn:aws:sqs:*:*:*`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
function completed(pattern: string): string {
  const missing = ARN_COMPONENTS - pattern.split(":").length;
  return missing > 0 && pattern.startsWith("arn:") ? pattern + ":*".repeat(missing) : pattern;
}

/** A variable without a value matches no resource. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value */
function resourceMatches(statement: Statement, policy: Policy, request: EvaluatedRequest, kind: PolicyKind): Truth {
  const one = (given: string): Truth => {
    const pattern = NAMING.has(kind) ? given : completed(given);
    if (!hasVariables(pattern, policy.version)) return whether(matchesResource(pattern, request.resource));
    const expanded = expandVariables(pattern, policy.version, request.context);
    if ("key" in expanded) return dependsOn(expanded.key);
    return "valueless" in expanded ? NO : whether(globMatches(globOf(expanded.parts, "resource"), request.resource));
  };
  if (statement.resources) return any(statement.resources.map(one));
  if (statement.notResources) return not(any(statement.notResources.map(one)));
  // A trust policy names no resource: the role is.
  const trust = kind === "resourcePolicy" && /^sts:/i.test(request.action);
  return trust ? YES : unclear(`statement ${statement.sid ?? statement.index} names no resource`);
}

function namingOf(statement: Statement, kind: PolicyKind, request: EvaluatedRequest): Naming {
  if (!NAMING.has(kind)) {
    const { principals, notPrincipals } = statement;
    if (notPrincipals || (principals && !principals.everybody))
      return { ...CALLER_ALONE, caller: unclear(`a policy of ${kind} cannot name principals`) };
    return CALLER_ALONE;
  }
  // RCPs know no other principal than everybody, and an endpoint's policy is about those who come through it.
  if (kind !== "resourcePolicy" && !statement.principals && !statement.notPrincipals) return CALLER_ALONE;
  return namedBy(statement, request.caller, request.context, request.boundary);
}

/** The statements of a policy that apply, or may. */
function applied(policy: Policy, at: Pick<Applied, "kind" | "level" | "policy">, request: EvaluatedRequest): Applied[] {
  const found: Applied[] = [];
  for (const statement of policy.statements) {
    const about = actionMatches(statement, request.action);
    if (about.value === false) continue;
    const { index, sid, effect, problem, conditions } = statement;
    const naming = namingOf(statement, at.kind, request);
    const truth = all([
      about,
      meansCaller(naming),
      resourceMatches(statement, policy, request, at.kind),
      conditions.length ? conditionsHold(conditions, policy.version, request.context) : YES,
      problem ? unclear(`${at.kind}: ${problem}`) : YES,
    ]);
    if (truth.value !== false)
      found.push({ ...at, index, ...(sid === undefined ? {} : { sid }), effect, truth, naming });
  }
  return found;
}

/** One kind's policies, read for a request. */
interface Read {
  /** Those that apply, or may. */
  statements: readonly Applied[];
  allow: Truth;
  deny: Truth;
}

const NOTHING: Read = { statements: [], allow: NO, deny: NO };

function read(policies: readonly Policy[], kind: PolicyKind, request: EvaluatedRequest, level?: number): Read {
  const statements: Applied[] = [];
  const truths: Record<"Allow" | "Deny", Truth[]> = { Allow: [], Deny: [] };
  for (const [at, policy] of policies.entries()) {
    const position = level === undefined ? { kind, policy: at } : { kind, level, policy: at };
    for (const each of applied(policy, position, request)) {
      statements.push(each);
      truths[each.effect].push(each.truth);
    }
    if (policy.problem === undefined) continue;
    const problem = unclear(`${kind}: ${policy.problem}`);
    truths.Allow.push(problem);
    truths.Deny.push(problem);
  }
  return { statements, allow: any(truths.Allow), deny: any(truths.Deny) };
}

/**
 * Every level must allow. RCPs of customers only deny: AWS's own, which allows everything, cannot be detached, so a
 * level without an Allow has it.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html
 */
function readLevels(levels: readonly (readonly Policy[])[], kind: PolicyKind, request: EvaluatedRequest): Read {
  const found = levels.map((level, at) => read(level, kind, request, at));
  const implied = (at: number): boolean =>
    kind === "resourceControlPolicies" &&
    !levels[at]!.some(({ statements, problem }) => problem || statements.some(({ effect }) => effect === "Allow"));
  return {
    statements: found.flatMap(({ statements }) => statements),
    allow: all(found.map(({ allow }, at) => (implied(at) ? YES : allow))),
    deny: any(found.map(({ deny }) => deny)),
  };
}

type Kinds = Record<PolicyKind, Read>;

const isIdentity = ({ kind }: Caller): boolean =>
  kind === "user" || kind === "role" || kind === "session" || kind === "federatedUser";

/** What limits nobody: where a kind does not apply, it neither allows less nor denies. */
const OPEN: Read = { statements: [], allow: YES, deny: NO };

function readAll(policies: ReachPolicies, request: EvaluatedRequest): Kinds {
  const { caller } = request;
  const identity = isIdentity(caller);
  const one = (policy: Policy | undefined, kind: PolicyKind): Read => (policy ? read([policy], kind, request) : OPEN);
  const scps = policies.serviceControlPolicies ?? [];
  const rcps = policies.resourceControlPolicies ?? [];
  return {
    resourceControlPolicies: limitedByRcps(request) ? readLevels(rcps, "resourceControlPolicies", request) : OPEN,
    serviceControlPolicies: limitedByScps(caller) ? readLevels(scps, "serviceControlPolicies", request) : OPEN,
    endpointPolicy: one(policies.endpointPolicy, "endpointPolicy"),
    resourcePolicy: policies.resourcePolicy ? read([policies.resourcePolicy], "resourcePolicy", request) : NOTHING,
    identityPolicies: identity
      ? read(policies.identityPolicies ?? [], "identityPolicies", request)
      : caller.kind === "root"
        ? OPEN
        : NOTHING,
    permissionsBoundary: identity ? one(policies.permissionsBoundary, "permissionsBoundary") : OPEN,
    // A federated user without a session policy has no permissions of its user.
    sessionPolicy:
      identity && (policies.sessionPolicy || caller.kind === "federatedUser")
        ? policies.sessionPolicy
          ? read([policies.sessionPolicy], "sessionPolicy", request)
          : NOTHING
        : OPEN,
  };
}

/** What the resource's policy grants the caller itself, its role, and its account. */
function grants(kinds: Kinds): Naming {
  const allows = kinds.resourcePolicy.statements.filter(({ effect }) => effect === "Allow");
  // A document that is not understood may grant anything.
  const unread = kinds.resourcePolicy.allow.problems.length ? [kinds.resourcePolicy.allow] : [];
  const by = (way: keyof Naming): Truth =>
    any([...allows.map(({ truth, naming }) => all([truth, naming[way]])), ...unread]);
  return { caller: by("caller"), role: by("role"), account: by("account") };
}

/** Parts of an answer that must all be true, each with the kinds of policy that make it so. */
type Part = [truth: Truth, kinds: PolicyKind[]];

function grantParts(kinds: Kinds, request: EvaluatedRequest): Part[] {
  const { caller, resourceAccount } = request;
  const granted = grants(kinds);
  if (!isIdentity(caller) && caller.kind !== "root") return [[granted.caller, ["resourcePolicy"]]];
  const { identityPolicies, permissionsBoundary, sessionPolicy } = kinds;
  const limits = all([permissionsBoundary.allow, sessionPolicy.allow]);
  const identity: Part[] = [
    [identityPolicies.allow, ["identityPolicies"]],
    [permissionsBoundary.allow, ["permissionsBoundary"]],
    [sessionPolicy.allow, ["sessionPolicy"]],
  ];
  if (resourceAccount !== caller.account) return [...identity, [meansCaller(granted), ["resourcePolicy"]]];
  const decides = resourcePolicyDecides(request);
  const direct = any([granted.caller, all([granted.role, limits])]);
  if (direct.value === true) return [[YES, ["resourcePolicy"]]];
  if (decides && meansCaller(granted).value === false) return [[NO, ["resourcePolicy"]]];
  const own = all([identityPolicies.allow, limits, ...(decides ? [meansCaller(granted)] : [])]);
  const both = any([direct, own]);
  if (both.value !== false) return [[both, undefinedKinds([...identity, [meansCaller(granted), ["resourcePolicy"]]])]];
  // Which of the two was nearer does not matter: what is told is what the identity's side lacks.
  return identity;
}

const undefinedKinds = (parts: readonly Part[]): PolicyKind[] =>
  parts.filter(([{ value }]) => value === undefined).flatMap(([, kinds]) => kinds);

const ALWAYS: Reach = { decision: "allowed", statements: [], blockedBy: [], keys: [], notKnown: [] };

const decidingOf = ({ kind, level, policy, index, sid, effect }: Applied): DecidingStatement => ({
  kind,
  ...(level === undefined ? {} : { level }),
  policy,
  index,
  ...(sid === undefined ? {} : { sid }),
  effect,
});

const inOrder = (kinds: readonly PolicyKind[]): PolicyKind[] => POLICY_KINDS.filter((each) => kinds.includes(each));

function decided(kinds: Kinds, request: EvaluatedRequest): Reach {
  const statements = POLICY_KINDS.flatMap((kind) => kinds[kind].statements);
  const spared = (kind: PolicyKind): boolean => kind === "resourcePolicy" && isOwnersWayBack(request);
  const denies = POLICY_KINDS.filter((kind) => !spared(kind)).map((kind): Part => [kinds[kind].deny, [kind]]);
  const such = (effect: "Allow" | "Deny", value: boolean | undefined): DecidingStatement[] =>
    statements
      .filter(
        (each) => each.effect === effect && each.truth.value === value && !(effect === "Deny" && spared(each.kind)),
      )
      .map(decidingOf);
  const denying = denies.filter(([{ value }]) => value === true).flatMap(([, each]) => each);
  if (denying.length)
    return { ...ALWAYS, decision: "explicitlyDenied", statements: such("Deny", true), blockedBy: inOrder(denying) };
  const parts: Part[] = [
    [whether(!refusesCaller(request)), []],
    [kinds.resourceControlPolicies.allow, ["resourceControlPolicies"]],
    [kinds.serviceControlPolicies.allow, ["serviceControlPolicies"]],
    [kinds.endpointPolicy.allow, ["endpointPolicy"]],
    ...grantParts(kinds, request),
  ];
  const lacking = parts.filter(([{ value }]) => value === false);
  if (lacking.length)
    return { ...ALWAYS, decision: "implicitlyDenied", blockedBy: inOrder(lacking.flatMap(([, each]) => each)) };
  const open = [...denies, ...parts].filter(([{ value }]) => value === undefined);
  if (!open.length) return { ...ALWAYS, statements: such("Allow", true) };
  const notKnown = [...new Set(open.flatMap(([{ problems }]) => problems))];
  return {
    decision: notKnown.length ? "notKnown" : "conditional",
    statements: [...such("Allow", undefined), ...such("Deny", undefined)],
    blockedBy: inOrder(open.flatMap(([, each]) => each)),
    keys: [...new Set(open.flatMap(([{ keys }]) => keys))],
    notKnown,
  };
}

/**
 * Decides a request. An explicit deny of any policy wins; what is not allowed on the caller's side and, from another
 * account, on the resource's side is denied implicitly. Where a key's value is not known, the answer is conditional if
 * it matters; where something is not understood, not known if it matters.
 * @throws InvalidRequestError
 */
export function reach(request: ReachRequest, policies: ReachPolicies): Reach {
  const { principal, action } = request;
  const resource = authorizedResource(action, request.resource);
  if (!/^[a-z0-9-]+:[A-Za-z0-9_-]+$/i.test(action))
    throw new InvalidRequestError("action", `${JSON.stringify(action)} is no action, such as s3:GetObject`);
  if (resource !== "*" && !/^arn:[a-z-]+:[^:]+:[^:]*:[^:]*:.+$/.test(resource))
    throw new InvalidRequestError("resource", `${JSON.stringify(resource)} is neither an ARN nor *`);
  const caller = callerOf(principal, action);
  if (!caller)
    throw new InvalidRequestError(
      "principal",
      `${JSON.stringify(principal)} is no ARN of a principal, no service principal and not anonymous`,
    );
  const owner = request.resource.split(":")[4];
  const resourceAccount = request.resourceAccount ?? (owner && /^\d{12}$/.test(owner) ? owner : caller.account);
  const context = requestKeys({
    caller,
    action,
    resource,
    resourceAccount,
    context: request.context ?? {},
    unknown: request.unknown ?? [],
    now: request.now ?? new Date(),
  });
  const boundary = isIdentity(caller) && policies.permissionsBoundary !== undefined;
  const evaluated: EvaluatedRequest = { caller, action, resource, resourceAccount, context, boundary };
  if (answersEveryCaller(evaluated)) return ALWAYS;
  return decided(readAll(policies, evaluated), evaluated);
}
