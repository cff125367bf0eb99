/**
 * Who makes a request, and whether a policy's principal element means that caller.
 *
 * Exports: {@link callerOf}, {@link Caller}, {@link namedBy}, {@link Naming}, {@link meansCaller}.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import type { RequestContext } from "./context.ts";
import { UNKNOWN } from "./context.ts";
import type { Principals, Statement } from "./parse.ts";
import { any, not, type Truth, unclear, whether } from "./truth.ts";

export type CallerKind =
  | "user"
  /** A role whose session is not named. */
  | "role"
  | "session"
  | "federatedUser"
  | "root"
  | "service"
  /** Somebody with a token of an identity provider, before a role is taken. */
  | "federated"
  | "anonymous";

export interface Caller {
  kind: CallerKind;
  /** As given: an ARN, a service principal, a provider, or `anonymous`. */
  name: string;
  partition: string;
  account?: string;
  /** Of a role or a session: the role's name, which is unique in its account whatever its path. */
  role?: string;
  /** Neither SCPs nor RCPs limit service-linked roles. */
  serviceLinked: boolean;
}

const WEB_IDENTITY = ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];
const SERVICE = /^[a-z0-9][a-z0-9.-]*\.(?:amazonaws\.com(?:\.cn)?|aws\.internal|aws\.com)$/;

const CALLERS_KEPT = 5_000;
const callers = new Map<string, Caller | undefined>();

/**
 * @param name an ARN of IAM or STS, an account id (its root user), a service principal, a web identity provider, or
 *   `anonymous`
 * @param action decides what `cognito-identity.amazonaws.com` is: an identity provider for `AssumeRoleWithWebIdentity`
 * @returns undefined where the name is none of these
 */
export function callerOf(name: string, action: string): Caller | undefined {
  if (WEB_IDENTITY.includes(name)) return readCaller(name, action);
  if (!callers.has(name)) {
    if (callers.size >= CALLERS_KEPT) callers.clear();
    callers.set(name, readCaller(name, action));
  }
  return callers.get(name);
}

function readCaller(name: string, action: string): Caller | undefined {
  const plain = { name, partition: "aws", serviceLinked: false };
  if (name === "anonymous" || name === "*") return { ...plain, kind: "anonymous" };
  if (/^\d{12}$/.test(name)) return { ...plain, kind: "root", account: name, name: `arn:aws:iam::${name}:root` };
  if (WEB_IDENTITY.includes(name) && /^sts:assumerolewithwebidentity$/i.test(action))
    return { ...plain, kind: "federated" };
  if (SERVICE.test(name)) return { ...plain, kind: "service" };
  if (WEB_IDENTITY.includes(name)) return { ...plain, kind: "federated" };
  const [, partition = "", service = "", account = "", rest = ""] =
    /^arn:([a-z-]+):(iam|sts)::(\d{12}):(.+)$/.exec(name) ?? [];
  const [type, ...path] = rest.split("/");
  const found = { name, partition, account, serviceLinked: false };
  const last = path.at(-1);
  if (rest === "root" && service === "iam") return { ...found, kind: "root" };
  if (!last) return undefined;
  switch (`${service} ${type}`) {
    case "iam user":
      return { ...found, kind: "user" };
    case "iam role":
      return { ...found, kind: "role", role: last, serviceLinked: path[0] === "aws-service-role" };
    case "sts assumed-role":
      // AWS keeps names that begin so for roles that are linked to a service.
      return path.length < 2 || !path[0]
        ? undefined
        : { ...found, kind: "session", role: path[0], serviceLinked: path[0].startsWith("AWSServiceRoleFor") };
    case "sts federated-user":
      return { ...found, kind: "federatedUser" };
    case "iam oidc-provider":
    case "iam saml-provider":
      return { ...found, kind: "federated" };
    default:
      return undefined;
  }
}

/**
 * In which way a statement names a caller. What it grants differs: to the caller itself nothing but explicit denies
 * takes it away again; to the caller's role, implicit denies of a boundary and a session policy do; to the caller's
 * account, the account's identity policies must pass it on.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-id-rdp.html
 */
export interface Naming {
  caller: Truth;
  role: Truth;
  account: Truth;
}

const UNIQUE_ID = /^A(?:ROA|IDA)[A-Z0-9]+$/;

/** What one member says of the caller: the strongest way in which it means it. */
function memberNames({ kind, value }: Principals["members"][number], caller: Caller, context: RequestContext): Naming {
  const no: Naming = { caller: whether(false), role: whether(false), account: whether(false) };
  if (kind === "Service") return { ...no, caller: whether(caller.kind === "service" && caller.name === value) };
  if (kind === "Federated") return { ...no, caller: whether(caller.kind === "federated" && caller.name === value) };
  if (!caller.account || caller.kind === "federated") return no;
  if (kind === "CanonicalUser") return { ...no, account: unclear(`whose canonical user id ${value} is`) };
  const account = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1];
  if (account) {
    const same = whether(account === caller.account);
    return caller.kind === "root" ? { ...no, caller: same } : { ...no, account: same };
  }
  if (UNIQUE_ID.test(value)) return { ...no, ...byUniqueId(value, caller, context) };
  if (/[*?]/.test(value))
    return { ...no, caller: unclear(`the principal ${value} has a wildcard, which AWS does not take`) };
  if (value === caller.name)
    return caller.kind === "role" ? { ...no, role: whether(true) } : { ...no, caller: whether(true) };
  return { ...no, ...byRole(value, caller) };
}

function byRole(value: string, caller: Caller): Partial<Naming> {
  const [, account, type, name = ""] =
    /^arn:[^:]+:(?:iam|sts)::(\d{12}):(role|assumed-role|user)\/(.+)$/.exec(value) ?? [];
  if (!account || account !== caller.account) return {};
  if (type === "role" && caller.role && name.split("/").at(-1) === caller.role) return { role: whether(true) };
  if (type === "assumed-role" && caller.kind === "role" && name.split("/")[0] === caller.role)
    return { caller: unclear(`the session's name, which ${value} asks for`) };
  if (type === "user" && caller.kind === "federatedUser")
    return {
      role:
        name.split("/").at(-1) === caller.name.split("/").at(-1)
          ? whether(true)
          : unclear(`which user federated ${caller.name}`),
    };
  return {};
}

/** Of users and roles that were deleted; a caller whose `aws:userid` is known may still be the one. */
function byUniqueId(value: string, caller: Caller, context: RequestContext): Partial<Naming> {
  const id = context.get("aws:userid");
  if (id === UNKNOWN) return { caller: { value: undefined, keys: ["aws:userid"], problems: [] } };
  const same = whether(id?.[0]?.split(":")[0] === value);
  return caller.kind === "session" || caller.kind === "role" ? { role: same } : { caller: same };
}

function named(principals: Principals, caller: Caller, context: RequestContext): Naming {
  const found = principals.members.map((each) => memberNames(each, caller, context));
  return {
    caller: any([whether(principals.everybody), ...found.map((each) => each.caller)]),
    role: any(found.map((each) => each.role)),
    account: any(found.map((each) => each.account)),
  };
}

/**
 * Whether NotPrincipal spares a caller: the user, or the session or its role, is named. AWS advises to name the account
 * as well, which some services ask for; naming the account alone spares its root user only.
 */
const spared = ({ caller, role }: Naming): Truth => any([caller, role]);

/**
 * How a statement names the caller; one with NotPrincipal names everybody else, the caller itself. Without a principal
 * element nobody is named.
 * @param boundary whether the caller has a permissions boundary: Deny with NotPrincipal then always means it
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
export function namedBy(statement: Statement, caller: Caller, context: RequestContext, boundary: boolean): Naming {
  const none: Naming = { caller: whether(false), role: whether(false), account: whether(false) };
  if (statement.principals) return named(statement.principals, caller, context);
  if (!statement.notPrincipals) return { ...none, caller: unclear("the statement names no principal") };
  if (statement.notPrincipals.everybody) return none;
  if (statement.effect === "Deny" && boundary) return { ...none, caller: whether(true) };
  return { ...none, caller: not(spared(named(statement.notPrincipals, caller, context))) };
}

/** Whether a statement means the caller in any way. */
export const meansCaller = ({ caller, role, account }: Naming): Truth => any([caller, role, account]);
