import { type Policy, parsePolicy } from "../src/policy/parse.ts";
import { type PolicyKind, type Reach, type ReachPolicies, reach } from "../src/policy/reach.ts";
import { matchesAction } from "../src/policy/wildcards.ts";
import { accountsOf, MANAGEMENT_ACCOUNT, ORGANIZATION, POLICIES, UNITS } from "./estate/organization.ts";
import { awsManagedPolicies } from "./managedPolicies.ts";
import type { Permission, Principal } from "./service.ts";
import type { Member, SandboxState } from "./state.ts";

/** Why a call is denied, in AWS's words; undefined: it is allowed. */
export type Denial = string | undefined;

/** A document as it was read, and of its statements the ones about an action. */
interface Document {
  policy: Policy;
  about: Map<string, Policy>;
}

/** Documents as they were read last, by their text: each call asks for the same few again. */
const documents = new Map<string, Document>();
const DOCUMENTS_KEPT = 2_000;
/** Policies whose meaning changes with the time. */
const timed = new WeakSet<Policy>();
const DECISIONS_KEPT = 50_000;

/** A policy with those of its statements alone that are about an action: what the others say does not matter. */
function policyAbout(text: string, action: string): Policy {
  let document = documents.get(text);
  if (!document) {
    document = { policy: parsePolicy(text), about: new Map() };
    if (documents.size >= DOCUMENTS_KEPT) documents.clear();
    documents.set(text, document);
  }
  let about = document.about.get(action);
  if (!about) {
    const { policy } = document;
    const statements = policy.statements.filter(
      ({ actions, problem }) =>
        problem !== undefined || !actions || actions.some((each) => matchesAction(each, action)),
    );
    about = { ...policy, statements };
    if (statements.some(({ conditions }) => conditions.some(({ key }) => /^aws:(currenttime|epochtime)$/i.test(key))))
      timed.add(about);
    document.about.set(action, about);
  }
  return about;
}

const UNKNOWN_RESOURCE = "arn:aws:sandbox:::nothing";

/** What an AWS service wants of a resource that names it as a principal. */
export interface ServiceRequest {
  service: string;
  action: string;
  resource: string;
  context: Record<string, string>;
}

/** Whether the policy of a resource lets an AWS service in, as a role's trust does. */
export const letsServiceIn = (policy: string, { service, action, resource, context }: ServiceRequest): boolean =>
  reach({ principal: service, action, resource, context }, { resourcePolicy: policyAbout(policy, action) }).decision ===
  "allowed";

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

type ControlType = "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY";

const CONTROL_POLICIES = POLICIES.map(({ type, targets, statement }) => ({
  type,
  targets,
  text: JSON.stringify({ Version: "2012-10-17", Statement: statement }),
}));

const controlled = new Map<string, Policy[][]>();

/** An organization's policies for an account, level by level from the root; its management account has none. */
function controlPolicies(unit: string | undefined, type: ControlType, action: string): Policy[][] {
  const name = `${unit} ${type} ${action}`;
  let levels = controlled.get(name);
  if (!levels) {
    levels = [];
    for (let id = unit; id !== undefined; id = UNITS.find((each) => each.id === id)?.parent) {
      const attached = CONTROL_POLICIES.filter((each) => each.type === type && each.targets.includes(id!));
      levels.unshift(attached.map(({ text }) => policyAbout(text, action)));
    }
    controlled.set(name, levels);
  }
  return levels;
}

const WORDS: Record<PolicyKind, string> = {
  resourceControlPolicies: "resource control policy",
  serviceControlPolicies: "service control policy",
  endpointPolicy: "VPC endpoint policy",
  resourcePolicy: "resource-based policy",
  identityPolicies: "identity-based policy",
  permissionsBoundary: "permissions boundary",
  sessionPolicy: "session policy",
};
const TOLD_FIRST: readonly PolicyKind[] = ["identityPolicies", "permissionsBoundary", "sessionPolicy"];

/** The end of AWS's message: which kind of policy stands in the way. */
function because({ decision, blockedBy }: Reach, action: string): string {
  const kind = TOLD_FIRST.find((each) => blockedBy.includes(each)) ?? blockedBy[0] ?? "identityPolicies";
  const article = kind === "identityPolicies" ? "an" : "a";
  return decision === "explicitlyDenied"
    ? `with an explicit deny in ${article} ${WORDS[kind]}`
    : `because no ${WORDS[kind]} allows the ${action} action`;
}

/**
 * Decides as AWS does, with the evaluator of the product: there is one.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function iamOf(state: SandboxState, now: () => number = Date.now): Iam {
  const used = new Set<string>();
  let units: { members: readonly Member[]; of: Map<string, string> } | undefined;

  const unitOf = (account: string): string | undefined => {
    if (account === MANAGEMENT_ACCOUNT) return undefined;
    if (units?.members !== state.members)
      units = { members: state.members, of: new Map(accountsOf(state.members).map(({ id, unit }) => [id, unit])) };
    return units.of.get(account);
  };

  const documentsOf = (roleArn: string): string[] => {
    const role = state.roles.get(roleArn);
    const attached = [...(role?.attached ?? [])].map(
      (arn) => state.policies.get(arn)?.document ?? awsManagedPolicies[arn],
    );
    return [...(role?.inline.values() ?? []), ...attached].filter((each) => each !== undefined);
  };

  const policiesOf = (principal: Principal, { action, resourcePolicy, owner }: Permission): ReachPolicies => {
    const about = (text: string): Policy => policyAbout(text, action);
    const boundaryArn = principal.kind === "role" ? state.roles.get(principal.roleArn)?.boundary : undefined;
    const boundary = boundaryArn && (state.policies.get(boundaryArn)?.document ?? awsManagedPolicies[boundaryArn]);
    const sessionPolicy = principal.kind === "role" ? principal.sessionPolicy : undefined;
    return {
      ...(principal.kind === "role" ? { identityPolicies: documentsOf(principal.roleArn).map(about) } : {}),
      ...(isAdministrator(principal, action) ? { identityPolicies: [about(EVERYTHING)] } : {}),
      ...(boundary ? { permissionsBoundary: about(boundary) } : {}),
      ...(sessionPolicy ? { sessionPolicy: about(sessionPolicy) } : {}),
      ...(resourcePolicy ? { resourcePolicy: about(resourcePolicy) } : {}),
      serviceControlPolicies: controlPolicies(unitOf(principal.account), "SERVICE_CONTROL_POLICY", action),
      resourceControlPolicies: controlPolicies(unitOf(owner ?? principal.account), "RESOURCE_CONTROL_POLICY", action),
    };
  };

  /** Keys that the request brings with it, beside those that follow from its caller and resource. */
  const contextOf = (principal: Principal, { context }: Permission): Record<string, string> => {
    const role = principal.kind === "role" ? state.roles.get(principal.roleArn) : undefined;
    return {
      "aws:SecureTransport": "true",
      "aws:PrincipalOrgID": ORGANIZATION,
      ...(principal.kind === "role" ? { "aws:PrincipalArn": principal.roleArn } : {}),
      ...(role ? { "aws:userid": `${role.RoleId}:${(principal as { sessionName: string }).sessionName}` } : {}),
      ...context,
    };
  };

  const decide = (principal: Principal, permission: Permission, policies: ReachPolicies): Decided => {
    const { action } = permission;
    const found = reach(
      {
        principal: isAdministrator(principal, action)
          ? `arn:aws:iam::${principal.account}:user/administrator`
          : nameOf(principal),
        action,
        resource: permission.resource || UNKNOWN_RESOURCE,
        resourceAccount: permission.owner || principal.account,
        context: contextOf(principal, permission),
        now: new Date(now()),
      },
      policies,
    );
    if (found.decision === "conditional" || found.decision === "notKnown")
      throw new Error(`the sandbox's IAM cannot decide ${action}: ${[...found.notKnown, ...found.keys].join("; ")}`);
    if (found.decision !== "allowed")
      return {
        why: `User: ${nameOf(principal)} is not authorized to perform: ${action} on resource: ${permission.resource} ${because(found, action)}`,
        by: [],
      };
    const own = found.statements.filter(({ kind, effect }) => kind === "identityPolicies" && effect === "Allow");
    const role = principal.kind === "role" ? principal.roleName : undefined;
    return { why: undefined, by: role === undefined ? [] : own.map(({ sid }) => `${role} ${sid} ${action}`) };
  };

  const decisions = new Map<string, { read: readonly Policy[]; decided: Decided }>();
  return {
    used,
    nameOf,
    denial(principal, permission) {
      const { action, resource, owner, context } = permission;
      const policies = policiesOf(principal, permission);
      const read = Object.values(policies).flat(2) as Policy[];
      const name = `${nameOf(principal)} ${action} ${resource} ${owner} ${context ? JSON.stringify(context) : ""}`;
      let known = decisions.get(name);
      // Documents are read once by their text: the same objects are the same policies.
      if (known?.read.length !== read.length || !read.every((each, at) => each === known?.read[at])) {
        known = { read, decided: decide(principal, permission, policies) };
        if (decisions.size >= DECISIONS_KEPT) decisions.clear();
        if (!read.some((each) => timed.has(each))) decisions.set(name, known);
      }
      for (const each of known.decided.by) used.add(each);
      return known.decided.why;
    },
  };
}

/** Why a call is denied, and the statements of the role's policies that let it through. */
interface Decided {
  why: Denial;
  by: readonly string[];
}

/** Root users take no roles; the sandbox's root stands for an administrator of its account, who may. */
const isAdministrator = ({ kind }: Principal, action: string): boolean =>
  kind === "root" && action === "sts:AssumeRole";

const EVERYTHING = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
});
